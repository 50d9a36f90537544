"""How a picture, and its words, say who holds a lock that somebody waits for."""

from __future__ import annotations

from collections.abc import Iterable

from looplab.runs.records import Span, TaskLife


def holders(lives: Iterable[TaskLife]) -> set[int]:
    """Return the ids of those who held what these lives waited for."""
    spans = (span for life in lives for span in life.spans)
    return {span.held_by for span in spans if span.held_by is not None}


def held(span: Span, after: Span | None, holder: str) -> str:
    """Return who held what a span waits for when the wait began; later it may be another.

    Args:
        span: of a life.
        after: the one that follows on it; None where there is none.
        holder: the name of who held it.

    >>> first = Span("waiting", 0, 1, 0, 1, "Lock.acquire", held_by=1)
    >>> held(first, Span("ready", 1, 1, 1, 1, woken_by=2), "A")
    'first held by A'
    """
    passed_on = (
        after is not None
        and after.reason != "cancelled"
        and after.woken_by not in (None, span.held_by)
    )
    return f"first held by {holder}" if passed_on else f"held by {holder}"
