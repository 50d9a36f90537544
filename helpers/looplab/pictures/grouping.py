"""What is told and drawn of a run: every life, or of very many some as a group.

A run of a thousand tasks has no room for a thousand lanes. Lives of one function then share
one, as if they were a single life: `1,000 × fetch`, from the first start to the last end.

    >>> import asyncio
    >>> from looplab import observe
    >>> async def main():
    ...     await asyncio.gather(*[asyncio.sleep(n) for n in range(50)])
    >>> [life.name for life in shown(observe(main)).lives]
    ['Task-1', '50 × sleep']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from looplab.pictures.thread_lanes import one_lane_a_thread
from looplab.runs import queries
from looplab.runs.records import Span, TaskLife
from looplab.runs.run import Run

MOST_LANES = 30
"""A run of more lives than this is told, and drawn, with groups; and never with more lanes."""


@dataclass(frozen=True)
class Shown:
    """The lanes of a run.

    Attributes:
        lives: one for each lane, from top to bottom; a group is one of them.
        groups: the members of each group, by the id of the life that stands for it.
        others: how many lives have no lane.
    """

    lives: tuple[TaskLife, ...]
    groups: dict[int, tuple[TaskLife, ...]]
    others: int


def shown(run: Run) -> Shown:
    """Return what has a lane: the largest families share one until all others have their own."""
    lives_of_lanes = one_lane_a_thread(run.lives)
    families: dict[tuple[str, str], list[TaskLife]] = {}
    for life in lives_of_lanes:
        families.setdefault((life.kind, life.function), []).append(life)
    lanes, groups = len(lives_of_lanes), {}
    for family in sorted(families.values(), key=len, reverse=True):
        if lanes <= MOST_LANES or len(family) == 1:
            break
        lanes -= len(family) - 1
        groups[family[0].id] = tuple(family)
    inside = {life.id for family in groups.values() for life in family[1:]}
    lives = [
        _group(groups[life.id]) if life.id in groups else life
        for life in lives_of_lanes
        if life.id not in inside
    ]
    if len(lives) <= MOST_LANES:
        return Shown(tuple(lives), groups, 0)
    kept = lives[: MOST_LANES - 1]
    others = len(lives_of_lanes) - sum(len(groups.get(life.id, (life,))) for life in kept)
    return Shown(tuple(kept), groups, others)


def _group(members: tuple[TaskLife, ...]) -> TaskLife:
    """Return a life that stands for `members`."""
    first = members[0]
    name = (first.function or first.name).rpartition("<locals>.")[2]
    spans = [span for life in members for span in life.spans]
    extent: tuple[Span, ...] = ()
    if spans:
        peak = queries.busiest(members)
        extent = (
            Span(
                "waiting",
                min(span.start for span in spans),
                max(span.stop for span in spans),
                min(span.first for span in spans),
                max(span.last for span in spans),
                f"at most {peak:,} under way at once",
            ),
        )
    return replace(
        first,
        name=f"{len(members):,} × {name}",
        function="",
        error=None,
        cancelled_by=None,
        spans=extent,
    )


def under_way(members: Sequence[TaskLife], *, on_steps: bool = False) -> list[tuple[float, int]]:
    """Return how many of `members` are under way, from each moment at which that changes.

    Args:
        members: of a group.
        on_steps: whether a moment is a step, and not a second.
    """
    changes: Counter[float] = Counter()
    for life in members:
        if life.spans:
            first, last = life.spans[0], life.spans[-1]
            changes[first.first if on_steps else first.start] += 1
            changes[last.last if on_steps else last.stop] -= 1
    moments = sorted(changes)
    return list(zip(moments, accumulate(changes[moment] for moment in moments), strict=True))


def endings(members: Sequence[TaskLife]) -> str:
    """Return how many of `members` ended in which way.

    >>> import asyncio
    >>> from looplab import observe
    >>> async def main():
    ...     await asyncio.gather(asyncio.sleep(1), asyncio.sleep(2))
    >>> endings(observe(main).lives[1:])
    'all returned'
    """
    counts = Counter(life.outcome for life in members)
    if len(counts) == 1:
        return f"all {members[0].outcome}"
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts.most_common())
