"""A `Run` as a trace that ui.perfetto.dev and chrome://tracing open.

Each life is a track, and the event loop another. A slice is a span; an arrow leads from who
woke a life to where it then ran. The trace is in the Trace Event Format, JSON:
https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMCfj44QNBZo6wYTvnI

Under virtual time running takes no time, and what takes none cannot be seen. So each step
takes a microsecond here, beside the seconds that the program counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from looplab.pictures.cancelling import canceller
from looplab.pictures.describing import ending, label, plain_name
from looplab.pictures.thread_lanes import lanes_of
from looplab.runs.queries import Turn
from looplab.runs.records import Callback, Span, TaskLife
from looplab.runs.run import Run

_PROCESS = 1
_LOOP = 0  # the track of the event loop; a life's is the id of its lane + 1

_COLOURS = {
    "running": "thread_state_running",
    "ready": "thread_state_runnable",
    "waiting": "thread_state_sleeping",
    "blocked": "terrible",
    "idle": "white",
}


def write(run: Run, path: str | Path) -> None:
    """Write the trace of a run.

    Args:
        run: what happened.
        path: the file, `.json` by custom.
    """
    Path(path).write_text(json.dumps(trace(run), ensure_ascii=False), encoding="utf-8")


def trace(run: Run) -> dict[str, Any]:
    """Return a run in the Trace Event Format.

    >>> from looplab import jobs, observe
    >>> async def one_job(job):
    ...     return await job(0)
    >>> events = trace(observe(one_job, jobs([3])))["traceEvents"]
    >>> [(each["name"], each["dur"]) for each in events if each.get("cat") == "waiting"]
    [('job(0)', 3000000.0)]
    """
    events = [_named("process_name", _LOOP, plain_name(run.program))]
    events.append(_named("thread_name", _LOOP, "event loop"))
    clock, lanes = _Clock(run), lanes_of(run.lives)
    for life in run.lives:
        name, more = label(life)
        if lanes[life.id] == life.id:
            events.append(_named("thread_name", life.id + 1, f"{name} ({more})" if more else name))
        events += _slices(run, life, clock, lanes[life.id])
    turns = run.loop()
    events += [_turn(run, turn, clock) for turn in turns if not _is_callback(turn)]
    events += [_tick(run, tick, clock) for tick in run.ticks]
    events += _arrows(run, clock, lanes)
    return {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {"program": run.program, "clock": run.clock, "schema": run.schema},
    }


class _Clock:
    """Moments of a run in microseconds."""

    def __init__(self, run: Run) -> None:
        self._step = 1.0 if run.clock == "virtual" else 0.0

    def at(self, seconds: float, step: int) -> float:
        return round(seconds * 1e6 + step * self._step, 3)

    def stretch(self, part: Span | Turn) -> dict[str, float]:
        start = self.at(part.start, part.first)
        return {"ts": start, "dur": round(max(self.at(part.stop, part.last) - start, 0.0), 3)}


def _named(what: str, track: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": _PROCESS, "tid": track, "args": {"name": name}}


def _slices(run: Run, life: TaskLife, clock: _Clock, lane: int) -> Iterator[dict[str, Any]]:
    for span in life.spans:
        stretch = clock.stretch(span)
        if not stretch["dur"]:
            continue  # whoever is ready and runs at once need not be seen to be ready
        if span.state == "ready" and lane != life.id:
            continue  # its thread runs another call, and of slices in a track none may overlap
        args: dict[str, Any] = {}
        if span.line is not None:
            args["line"] = span.line
        if span.inside:
            args["inside"] = span.inside
        for key, other in (("woken by", span.woken_by), ("held by", span.held_by)):
            if other is not None:
                args[key] = label(run.lives[other])[0]
        yield {
            "ph": "X",
            "name": _name(life, span),
            "cat": span.state,
            "cname": _COLOURS[span.state],
            "pid": _PROCESS,
            "tid": lane + 1,
            **stretch,
            "args": args,
        }
    if life.spans:
        last = life.spans[-1]
        yield {
            "ph": "i",
            "name": ending(run, life),
            "cat": "end",
            "s": "t",
            "pid": _PROCESS,
            "tid": lane + 1,
            "ts": clock.at(last.stop, last.last),
        }


def _name(life: TaskLife, span: Span) -> str:
    """Return what a slice is called."""
    if life.kind == "thread" and span.state == "running":
        return plain_name(life.function)
    return span.reason if span.state != "ready" and span.reason else span.state


def _turn(run: Run, turn: Turn, clock: _Clock) -> dict[str, Any]:
    nobody = "a callback" if turn.state == "blocked" else "idle"
    who = nobody if turn.life is None else label(run.lives[turn.life])[0]
    return {
        "ph": "X",
        "name": f"blocked by {who}" if turn.state == "blocked" else who,
        "cat": turn.state,
        "cname": _COLOURS[turn.state],
        "pid": _PROCESS,
        "tid": _LOOP,
        **clock.stretch(turn),
        "args": {} if turn.line is None else {"line": turn.line},
    }


def _is_callback(turn: Turn) -> bool:
    return turn.state == "running" and turn.life is None


def _tick(run: Run, tick: Callback, clock: _Clock) -> dict[str, Any]:
    """Return the event of a callback: a slice where it took time, else a mark."""
    args: dict[str, Any] = {"timer": tick.timer}
    if tick.asked_by is not None:
        args["asked by"] = label(run.lives[tick.asked_by])[0]
    event = {
        "name": plain_name(tick.name),
        "cat": "callback",
        "pid": _PROCESS,
        "tid": _LOOP,
        "ts": clock.at(tick.start, tick.step),
        "args": args,
    }
    duration = round((tick.stop - tick.start) * 1e6, 3)
    return {**event, "ph": "X", "dur": duration} if duration else {**event, "ph": "i", "s": "t"}


def _arrows(run: Run, clock: _Clock, lanes: dict[int, int]) -> Iterator[dict[str, Any]]:
    """Yield two events for each waking: where the waker ran, and where the woken ran then."""
    number = 0
    for life in run.lives:
        for woken in life.spans:
            if woken.woken_by is None:
                continue
            # Wakings are noted where the woken becomes ready, which is as the waker's step ends.
            runs = [s for s in life.spans if s.state == "running" and s.first >= woken.first]
            wakers = [
                s
                for s in run.lives[woken.woken_by].spans
                if s.state == "running" and s.first < max(woken.first, 1)
            ]
            if not runs or not wakers:
                continue
            number += 1
            means = "wakes" if canceller(woken, run.lives, ()) is None else "cancels"
            shared = {"name": means, "cat": means, "id": number, "pid": _PROCESS}
            start = clock.at(wakers[-1].start, wakers[-1].first)
            yield {**shared, "ph": "s", "tid": lanes[woken.woken_by] + 1, "ts": start}
            stop = clock.at(runs[0].start, runs[0].first)
            yield {**shared, "ph": "f", "bp": "e", "tid": lanes[life.id] + 1, "ts": stop}
