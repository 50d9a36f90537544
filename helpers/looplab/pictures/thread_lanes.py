"""One lane for each thread, with a bar for each call that it runs.

In a record each call that a pool runs is a life. A picture that gave each a lane would show
three threads where there are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from looplab.runs.records import Span, TaskLife


def one_lane_a_thread(lives: Sequence[TaskLife]) -> list[TaskLife]:
    """Return the lives, those together that ran in one thread, one after the other.

    Their bars say which function ran. That a call was ready while its thread ran another stays
    among the spans, which may overlap then.
    """
    if not any(life.kind == "thread" for life in lives):
        return list(lives)
    now = lanes_of(lives)
    together: dict[int, list[TaskLife]] = {}
    for life in lives:
        together.setdefault(now[life.id], []).append(life)
    return [
        _woken_by(_lane(calls) if calls[0].kind == "thread" else calls[0], now)
        for calls in together.values()
    ]


def lanes_of(lives: Sequence[TaskLife]) -> dict[int, int]:
    """Return the id of the life whose lane each life is in: its own, or of a call before it."""
    threads: dict[str, list[list[TaskLife]]] = {}
    found = {life.id: life.id for life in lives}
    for life in lives:
        if life.kind == "thread":
            lanes = threads.setdefault(life.name, [])
            lane = next((each for each in lanes if _follows(life, each[-1])), None)
            if lane is None:
                lane = []
                lanes.append(lane)
            lane.append(life)
            found[life.id] = lane[0].id
    return found


def _follows(life: TaskLife, before: TaskLife) -> bool:
    """Whether a life ran in a thread after that other one."""
    runs, ran = _running(life), _running(before)
    return bool(runs and ran) and ran[-1].stop <= runs[0].start


def _running(life: TaskLife) -> list[Span]:
    return [span for span in life.spans if span.state == "running"]


def _lane(calls: list[TaskLife]) -> TaskLife:
    """Return a life that stands for the calls of one thread."""
    name = calls[0].function.rpartition("<locals>.")[2] if len(calls) == 1 else ""
    spans = [
        replace(span, reason=call.function.rpartition("<locals>.")[2])
        if span.state == "running"
        else span
        for call in calls
        for span in call.spans
    ]
    worst = next((call for call in calls if call.outcome != "returned"), calls[-1])
    return replace(
        calls[0], function=name, outcome=worst.outcome, error=worst.error, spans=tuple(spans)
    )


def _woken_by(life: TaskLife, now: dict[int, int]) -> TaskLife:
    """Return a life that refers to others by the lanes which they are in now."""
    spans = tuple(
        span
        if span.woken_by is None or now[span.woken_by] == span.woken_by
        else replace(span, woken_by=now[span.woken_by])
        for span in life.spans
    )
    return replace(life, spans=spans)
