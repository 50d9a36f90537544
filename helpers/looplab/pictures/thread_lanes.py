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
    threads: dict[str, list[list[TaskLife]]] = {}
    for life in lives:
        if life.kind == "thread":
            lanes = threads.setdefault(life.name, [])
            lane = next((each for each in lanes if _follows(life, each[-1])), None)
            if lane is None:
                lanes.append([life])
            else:
                lane.append(life)
    if not threads:
        return list(lives)
    together = {lane[0].id: lane for lanes in threads.values() for lane in lanes}
    now = {life.id: first for first, lane in together.items() for life in lane}
    return [
        _woken_by(_lane(together[life.id]) if life.id in together else life, now)
        for life in lives
        if now.get(life.id, life.id) == life.id
    ]


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
        replace(span, woken_by=now[span.woken_by]) if span.woken_by in now else span
        for span in life.spans
    )
    return replace(life, spans=spans)
