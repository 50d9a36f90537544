"""The turns of the loop: in each it makes the calls that stood in its queue when the turn began.

A record does not hold them, and need not: whoever became ready after a turn had begun runs in a
later one.

Caveats: whom a callback wakes before the first task of a turn has had its step cannot be told from
who was ready before, and turns in which no task had a step are none here.
"""

from __future__ import annotations

from looplab.runs.run import Run


def turns_of(run: Run) -> list[tuple[int, int]]:
    """Return the turns in which tasks had a step: the first one of each, and the one after it.

    >>> import asyncio
    >>> from looplab import observe
    >>> async def gives_way():
    ...     await asyncio.sleep(0)
    >>> async def main():
    ...     await asyncio.wait([asyncio.create_task(gives_way()) for _ in range(2)])
    >>> turns_of(observe(main))
    [(0, 1), (1, 3), (3, 5), (5, 6)]
    """
    steps = []
    for life in run.lives:
        ready = 0
        for span in life.spans:
            if span.state == "ready":
                ready = span.first
            elif span.state == "running" and life.kind == "task":
                steps.append((span.first, span.last, ready))
    turns: list[tuple[int, int]] = []
    for first, last, ready in sorted(steps):
        if turns and ready <= turns[-1][0]:
            turns[-1] = turns[-1][0], last
        else:
            turns.append((first, last))
    return turns
