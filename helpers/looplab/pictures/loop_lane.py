"""The lane of the event loop: whom it runs, when it is idle, and which callbacks it calls."""

from __future__ import annotations

from collections import Counter

from looplab.pictures.describing import plain_name
from looplab.pictures.lettering import cut, length
from looplab.pictures.loop_turns import turns_of
from looplab.pictures.plan import AxisName, Caption, Scale, Stretch
from looplab.runs.records import Callback, Span
from looplab.runs.run import Run

SIZE = 7.0
LEAST = 0.35
"""Inches; in less room the name of a callback says nothing."""


def has_loop_lane(run: Run, axis: AxisName) -> bool:
    """Whether the loop has a lane; on steps it is always busy, and has one for its callbacks."""
    return bool(run.ticks) if axis == "steps" else bool(run.tasks)


def loop_of(run: Run, scale: Scale) -> dict[str, list[Stretch]]:
    """Return what the event loop did, by state; nothing where it has no lane."""
    states: dict[str, list[Stretch]] = {}
    if not has_loop_lane(run, scale.axis) or (scale.nothing and scale.axis == "seconds"):
        return states
    if scale.axis == "steps":
        for first, last in turns_of(run):
            span = Span("waiting", 0.0, 0.0, first, last)
            place = Stretch(span, min(first, scale.end), min(last, scale.end))
            states.setdefault("turn", []).append(place)
        for tick in run.ticks:
            span = Span("waiting", tick.start, tick.stop, tick.step, tick.step)
            x = _place(tick, scale)
            states.setdefault("callback", []).append(Stretch(span, x, x))
        return states
    for turn in run.loop():
        callback = turn.state == "running" and turn.life is None
        # Ticks that stand close become one bar, and running on and off is what tasks do.
        own = callback or turn.state == "idle"
        span = Span("waiting" if own else "running", turn.start, turn.stop, turn.first, turn.last)
        place = Stretch(span, min(turn.start, scale.end), min(turn.stop, scale.end))
        states.setdefault("callback" if callback else turn.state, []).append(place)
    return states


def captions_of(run: Run, scale: Scale) -> list[Caption]:
    """Return the names of callbacks, each beside its tick, as far as there is room.

    One that blocked is named below the title.
    """
    if not has_loop_lane(run, scale.axis):
        return []
    moments: dict[float, list[str]] = {}
    for tick in run.ticks:
        if not any(tick.start <= each.start < tick.stop for each in run.blocked):
            moments.setdefault(_place(tick, scale), []).append(plain_name(tick.name))
    taken = sorted({0.0, *moments, *_others(run, scale), scale.limit})
    captions: list[Caption] = []
    for x, names in moments.items():
        until = next((other for other in taken if other > x), x)
        since = max([each.x + each.wide / scale.inch for each in captions], default=0.0)
        since = max([since, *(other for other in taken if other < x)])
        text = ", ".join(
            f"{count} × {name}" if count > 1 else name for name, count in Counter(names).items()
        )
        after, before = (
            (right - left) * scale.inch - 2 * _ASIDE for left, right in ((x, until), (since, x))
        )
        wide = length(text, SIZE)
        if after >= min(LEAST, wide) and (after >= wide or before < wide):
            text = cut(text, after, SIZE)
            captions.append(Caption(x + _ASIDE / scale.inch, text, length(text, SIZE)))
        elif before >= min(LEAST, wide):
            text = cut(text, before, SIZE)
            wide = length(text, SIZE)
            captions.append(Caption(x - (_ASIDE + wide) / scale.inch, text, wide))
    return captions


_ASIDE = 0.05


def idle_at(stretch: Stretch, captions: list[Caption], inch: float) -> tuple[float, float]:
    """Return where a stretch of the lane is free of names: from where to where, the widest."""
    edges, left = [], stretch.left
    for each in sorted(captions):
        if stretch.left <= each.x < stretch.right:
            edges.append((left, each.x))
            left = each.x + each.wide / inch
    return max([*edges, (left, stretch.right)], key=lambda edge: edge[1] - edge[0])


def _place(tick: Callback, scale: Scale) -> float:
    return min(tick.start if scale.axis == "seconds" else tick.step, scale.end)


def _others(run: Run, scale: Scale) -> list[float]:
    """Return when somebody else runs; on steps every step has its column, and the name a row."""
    if scale.axis == "steps":
        return []
    return [min(turn.start, scale.end) for turn in run.loop() if turn.state != "idle"]
