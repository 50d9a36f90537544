"""Questions to a `Run`: who overlapped whom, in which order, what the duration consists of.

Each is a plain function of a run's lives, calls or blockings, and `Run` has a method for each.
Times are seconds, as everywhere in a run.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Literal

from looplab.runs.records import Blocking, Call, Callback, Span, TaskLife

Lives = Sequence[TaskLife]


@dataclass(frozen=True)
class Turn:
    """A stretch of the event loop.

    Attributes:
        state: `running` somebody, `blocked` by somebody, or `idle`.
        life: the id of who ran or blocked; None while idle, and where a callback did.
        start: when it begins, in seconds.
        stop: when it ends, in seconds.
        first: the first step that it covers.
        last: the step after the last that it covers.
        line: the line that blocked, where known.
    """

    state: Literal["running", "blocked", "idle"]
    life: int | None
    start: float
    stop: float
    first: int
    last: int
    line: int | None = None


@dataclass(frozen=True)
class Leg:
    """A part of the critical path: for so long the program waited for this.

    Attributes:
        life: the id of the life that waited or ran.
        state: what it did.
        reason: what it waited for, as in `Span.reason`.
        start: when it begins, in seconds.
        stop: when it ends, in seconds.
        line: the line of the program, where known.
    """

    life: int
    state: Literal["ready", "running", "waiting"]
    reason: str
    start: float
    stop: float
    line: int | None


def tasks(lives: Lives) -> tuple[TaskLife, ...]:
    """As `Run.tasks`."""
    return tuple(life for life in lives if life.kind == "task")


def named(lives: Lives, name: str) -> tuple[TaskLife, ...]:
    """Return the lives that have that name, or whose function has it."""
    functions = (name, f".{name}")
    return tuple(
        life
        for life in lives
        if name == life.name or life.function == name or life.function.endswith(functions[1])
    )


def overlap(lives: Lives, names: Sequence[str]) -> float:
    """As `Run.overlap`."""
    groups = [named(lives, name) for name in names]
    for name, group in zip(names, groups, strict=True):
        if not group:
            raise LookupError(f"No life is named {name!r}; there are {_names(lives)}.")
    if len(groups) == 1:
        return _covered(
            _both(_extent(one), _extent(two)) for one, two in combinations(groups[0], 2)
        )
    common = [_extent(life) for life in groups[0]]
    for group in groups[1:]:
        common = [_both(one, _extent(life)) for one in common for life in group]
    return _covered(common)


def peak(lives: Lives, calls: Sequence[Call], duration: float, of: str | None) -> int:
    """As `Run.peak`."""
    if of is not None:
        mine = [call for call in calls if call.service == of]
        if mine:
            return _most((c.start, duration if c.stop is None else c.stop) for c in mine)
        return busiest(named(lives, of))
    return busiest(tasks(lives)[1:])


def busiest(lives: Iterable[TaskLife]) -> int:
    """Return how many of `lives` were under way at the busiest instant."""
    return _most(map(_extent, lives))


def order(lives: Lives, by: Literal["start", "end"]) -> tuple[str, ...]:
    """As `Run.order`."""
    moments = []
    for life in tasks(lives):
        ran = [span for span in life.spans if span.state == "running"]
        if by == "start" and ran:
            moments.append((ran[0].first, life.name))
        elif by == "end" and life.outcome != "pending" and life.spans:
            moments.append((life.spans[-1].last, life.name))
    return tuple(name for _, name in sorted(moments, key=lambda moment: moment[0]))


def loop(
    lives: Lives, ticks: Sequence[Callback], blocked: Sequence[Blocking], duration: float
) -> tuple[Turn, ...]:
    """As `Run.loop`."""
    turns: list[Turn] = []
    now, step = 0.0, 0
    for ready, span, life in _in_order(lives, ticks):
        if span.start > now:
            turns += _between_steps(blocked, now, ready, span.start, step)
        turns += _split(blocked, life, span)
        now, step = max(now, span.stop), span.last
    if duration > now:
        turns += _between_steps(blocked, now, duration, duration, step)
    return tuple(turns)


def _in_order(
    lives: Lives, ticks: Sequence[Callback]
) -> Iterator[tuple[float, Span, TaskLife | None]]:
    """Yield steps and callbacks as they ran: when each was ready, its span, and whose it is."""
    left = iter(ticks)
    tick = next(left, None)
    for number, ready, span, life in [*_steps(lives), _END]:
        while tick is not None and tick.step <= number:
            turn = Span("running", tick.start, tick.stop, tick.step, tick.step)
            yield tick.start, turn, None
            tick = next(left, None)
        if life is not None:
            yield ready, span, life


def _between_steps(
    blocked: Sequence[Blocking], start: float, ready: float, stop: float, step: int
) -> Iterator[Turn]:
    """Yield the parts of a stretch in which no life ran: idle, but for callbacks that blocked.

    Args:
        blocked: what blocked the loop.
        start: where the stretch begins.
        ready: from here on somebody waits for a turn, so that nobody is idle.
        stop: where the stretch ends.
        step: the next step.
    """
    now = start
    for each in sorted(blocked, key=lambda blocking: blocking.start):
        end = min(each.start + each.seconds, stop)
        if now <= each.start < end >= each.start + each.seconds - 1e-9:
            if min(each.start, ready) > now:
                yield Turn("idle", None, now, min(each.start, ready), step, step)
            yield Turn("blocked", None, each.start, end, step, step, each.line)
            now = end
    if ready > now:
        yield Turn("idle", None, now, ready, step, step)


_Step = tuple[float, float, Span, TaskLife | None]

_END: _Step = (math.inf, math.inf, Span("running", 0, 0, 0, 0), None)


def _steps(lives: Lives) -> list[_Step]:
    """Return each step in order: its number, when it was ready, its span, and whose it is."""
    steps: list[_Step] = []
    for life in lives:
        before = None
        for span in life.spans:
            if span.state == "running" and life.kind != "thread":
                waited = before is not None and before.state == "ready"
                ready = before.start if waited and before is not None else span.start
                steps.append((span.first, ready, span, life))
            before = span
    return sorted(steps, key=lambda step: step[0])


A_CALLBACK = "a callback"
"""Who blocks the loop, where that is no life."""


def _split(blocked: Sequence[Blocking], life: TaskLife | None, span: Span) -> Iterator[Turn]:
    """Yield the parts of a running span: what blocked, and what did not."""
    now, step = span.start, span.first
    who, names = (None, (A_CALLBACK,)) if life is None else (life.id, (life.name, life.function))
    for each in blocked:
        inside = span.start <= each.start and each.start + each.seconds <= span.stop + 1e-9
        if not inside or each.task not in names or each.start < now:
            continue
        if each.start > now:
            yield Turn("running", who, now, each.start, step, step)
        stop = min(each.start + each.seconds, span.stop)
        yield Turn("blocked", who, each.start, stop, step, span.last, each.line)
        now, step = stop, span.last
    if now < span.stop or step < span.last or (life is None and now == span.start):
        yield Turn("running", who, now, span.stop, step, span.last)


def critical_path(lives: Lives) -> tuple[Leg, ...]:
    """As `Run.critical_path`."""
    by_id = {life.id: life for life in lives}
    ended = [life for life in lives if life.kind != "thread" and life.spans]
    if not ended:
        return ()
    life = max(ended, key=lambda each: (each.outcome != "pending", each.spans[-1].last))
    legs: list[Leg] = []
    place = len(life.spans) - 1
    while place >= 0:
        span = life.spans[place]
        if span.stop > span.start:
            legs.append(Leg(life.id, span.state, span.reason, span.start, span.stop, span.line))
        waker = by_id.get(-1 if span.woken_by is None else span.woken_by)
        if waker is None:
            place -= 1
            continue
        # Before it was woken it only waited; what mattered then is what its waker did.
        earlier = [n for n, each in enumerate(waker.spans) if each.last <= span.first]
        running = [n for n in earlier if waker.spans[n].state == "running"]
        life, place = waker, max(running, default=-1)
    return tuple(reversed(legs))


def _names(lives: Lives) -> str:
    return ", ".join(life.name for life in lives)


def _extent(life: TaskLife) -> tuple[float, float]:
    """Return from when to when a life was under way: from its first turn to its end."""
    starts = [span.start for span in life.spans if span.state == "running"]
    return (starts[0], life.spans[-1].stop) if starts else (0.0, 0.0)


def _both(one: tuple[float, float], two: tuple[float, float]) -> tuple[float, float]:
    return max(one[0], two[0]), min(one[1], two[1])


def _covered(stretches: Iterable[tuple[float, float]]) -> float:
    """Return how much time these stretches cover together."""
    total, reached = 0.0, float("-inf")
    for start, stop in sorted(stretches):
        total += max(0.0, stop - max(start, reached))
        reached = max(reached, stop)
    return total


def _most(stretches: Iterable[tuple[float, float]]) -> int:
    """Return how many stretches overlap at the busiest instant; one of no length counts too."""
    edges = []
    for start, stop in stretches:
        # At one instant: what ends, what takes no time, what starts.
        edges += (
            [(start, 0, +1), (stop, 1, -1)] if start == stop else [(start, 2, +1), (stop, -1, -1)]
        )
    return max(accumulate(step for *_, step in sorted(edges)), default=0)
