"""Who cancelled whom: another life, or a callback of the loop's, such as a time limit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from looplab.runs.records import Callback, Span, TaskLife


def canceller(
    woken: Span, lives: Iterable[TaskLife], ticks: Sequence[Callback]
) -> TaskLife | Callback | None:
    """Return who made a life ready by cancelling it, as far as can be known.

    Args:
        woken: where the life is ready.
        lives: whoever may have done it.
        ticks: the callbacks of the run.

    Returns:
        None where it was not cancelled, or cancelled itself. Who awaits a life that was
        cancelled is cancelled with it, but woken by it.
    """
    if woken.state != "ready" or woken.reason != "cancelled":
        return None
    if woken.woken_by is None:
        return _callback_of(woken, ticks)
    waker = next((life for life in lives if life.id == woken.woken_by), None)
    if waker is None or not waker.spans:
        return waker
    passes_on = waker.outcome == "cancelled" and waker.spans[-1].last <= woken.first
    return None if passes_on else waker


def _callback_of(woken: Span, ticks: Sequence[Callback]) -> Callback | None:
    """Return the callback in whose turn a life was made ready, where one ran then."""
    moment = woken.first, woken.start
    after = bisect_right(ticks, moment, key=lambda tick: (tick.step, tick.start))
    last = ticks[max(after - MOST_AT_ONCE, 0) : after]
    now = [tick for tick in last if tick.step == woken.first and woken.start <= tick.stop]
    # asyncio's own timers cancel, while what the program's callbacks do is not known.
    return next((tick for tick in now if not tick.counts), now[0] if now else None)


MOST_AT_ONCE = 8
"""Of so many callbacks at one moment it is asked which has cancelled: a run may have many."""
