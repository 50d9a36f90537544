"""A `Run` in words, for a terminal, for a screen reader, and beside its picture.

    >>> from looplab import jobs, observe
    >>> async def one_job(job):
    ...     return await job(0)
    >>> print(describe(observe(one_job, jobs([3]))))
    one_job took 3 s
    task one_job (Task-1): ran 2 times, waited 3 s in all: job(0); returned

It needs nothing but the Run, and the same Run gives the same words.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest

from looplab.pictures.cancelling import canceller
from looplab.pictures.grouping import endings, shown
from looplab.pictures.lock_holders import held
from looplab.pictures.loop_turns import turns_of
from looplab.runs.queries import A_CALLBACK
from looplab.runs.records import Blocking, Callback, Lost, Span, TaskLife
from looplab.runs.run import NOTHING_SEEN, Run

MOST_STEPS = 40
"""Of so many steps it is told in which order they were."""

MOST_TICKS = 5
"""Of so many callbacks it is told when each ran."""

LOOP = "event loop"
"""What the loop is called, beside the lives."""


def describe(run: Run) -> str:
    """Return what `run` did: how it ended, then a line for each life.

    Of more than 30 lives those of one function have a line together.
    """
    told = shown(run)
    lines = [title(run), overlap(run), cut_short(run), order(run)]
    for life in told.lives:
        members = told.groups.get(life.id)
        lines.append(_group_line(life, members) if members else _life_line(run, life))
    if told.others:
        lines.append(f"and {told.others:,} more")
    if run.callbacks or run.ticks:
        lines.append(callbacks(run))
    told_of = zip(blockers(run), run.blocked, strict=True)
    held_up = Counter(f"{name}: {blocks(run, b)}{_at(b.line)}" for name, b in told_of)
    lines += [
        f"{line} ({times} times)" if times > 1 else line for line, times in held_up.most_common(10)
    ]
    lines += [f"{lost(each)}{_at(each.line)}" for each in run.lost[:10]]
    return "\n".join(line for line in lines if line)


def order(run: Run) -> str:
    """Return who ran in which order, where no time passed; of many steps nothing."""
    if run.duration > 0 or not 1 < len(run.lives) <= run.steps <= MOST_STEPS:
        return ""
    steps = sorted(
        (span.first, label(life)[0])
        for life in run.lives
        for span in life.spans
        if span.state == "running" and life.kind != "thread"
    )
    if not run.ticks:
        return f"in order: {', '.join(name for _, name in steps)}"
    turns = [[name for step, name in steps if a <= step < b] for a, b in turns_of(run)]
    return f"in order, turn by turn: {' | '.join(map(', '.join, turns))}"


def callbacks(run: Run) -> str:
    """Return which callbacks the loop ran, how often, and of few ones when."""
    own = [tick for tick in run.ticks if tick.counts]
    timers = _ticks(run, [tick for tick in run.ticks if not tick.counts])
    told = [f"timers: {timers}"] if timers else []
    if run.callbacks:
        which = _ticks(run, own, few=run.callbacks == len(own))
        times = f"{run.callbacks:,} callback{'s' * (run.callbacks != 1)}"
        told.insert(0, f"ran {times}{which and f': {which}'}")
    return f"{LOOP}: {'; '.join(told)}"


def _ticks(run: Run, ticks: Sequence[Callback], *, few: bool = True) -> str:
    few = few and len(ticks) <= MOST_TICKS
    names = Counter(plain_name(tick.name) + (_when(run, tick) if few else "") for tick in ticks)
    in_order = names.items() if few else names.most_common()
    return _listed([f"{name}{f' {count:,} times' * (count > 1)}" for name, count in in_order], 5)


def _when(run: Run, tick: Callback) -> str:
    return f" at {seconds(tick.start)}" if run.duration > 0 else f" before step {tick.step}"


def title(run: Run) -> str:
    """Return in one line how the run ended and what time it took."""
    return ": ".join(filter(None, (headline(run), _listed(stuck(run), 3))))


def headline(run: Run) -> str:
    """Return the title, but for who waits for what in a deadlock; see `stuck`."""
    name = one_line(run.program, 60)
    if run.deadlock:
        return f"{name} ended in a deadlock"
    if run.error is not None:
        if run.error.type == "TooMuch":
            return f"{name} was stopped: {one_line(run.error.message, 200)}"
        return f"{name} raised {one_line(str(run.error), 200)}"
    if run.duration > 0:
        return f"{name} took {seconds(run.duration)}"
    return f"{name} took no time, {run.steps} step{'s' * (run.steps != 1)}"


def stuck(run: Run) -> list[str]:
    """Return who waits for what in a deadlock, and who holds it."""
    return [
        f"{plain_name(wait.task)} waits for {one_line(wait.reason, 60)}"
        + (f" (held by {plain_name(wait.held_by)})" if wait.held_by else "")
        for wait in run.deadlock
    ]


def overlap(run: Run) -> str:
    """Return what the waits add up to, where that is more than the run took; else nothing.

    Only waits for the world outside count, a timer or input. A wait that another life
    ended is part of what that one did, and so is that of a program which runs a loop.
    """
    if run.deadlock:
        return ""
    total = sum(
        span.stop - span.start
        for life in run.lives
        for span, after in pairwise(life.spans)
        if span.state == "waiting" and after.woken_by is None and span.reason != "the event loop"
    )
    if total <= run.duration + 1e-6:
        return ""
    return f"waits add up to {seconds(total)}, the program took {seconds(run.duration)}"


def cut_short(run: Run) -> str:
    """Return that the record lacks something that the program did, where it does; else nothing."""
    lacks = (each for each in run.warnings if each.startswith(("only the first ", NOTHING_SEEN)))
    return next(lacks, "")


def label(life: TaskLife, run: Run | None = None) -> tuple[str, str]:
    """Return what to call a life, and what else tells it apart.

    A name that asyncio gave says little, so what the task runs comes first.

    Args:
        life: of `run`.
        run: given, a thread says whose it is.
    """
    name, function = plain_name(life.name), plain_name(life.function)
    if life.kind == "thread" and run is not None and life.created_by is not None:
        return name, f"thread of {name_of(run, life.created_by)}"
    if life.kind != "task":
        return name, life.kind
    if name == function or not function:
        return name, ""
    return (function, name) if name.startswith("Task-") else (name, function)


def name_of(run: Run, life: int | None) -> str:
    """Return the name of the life with that id."""
    return next((label(each)[0] for each in run.lives if each.id == life), "somebody")


def lost(what: Lost) -> str:
    """Return what the program lost."""
    name = plain_name(what.name)
    if what.kind == "coroutine":
        return f"lost: {name}() was never awaited"
    text = one_line(what.text, 80)
    if what.kind == "task":
        return f"lost: task {name} was destroyed while it waited{f' for {text}' if text else ''}"
    return f"lost: nobody looked at the error of {name}: {text}"


def ending(run: Run, life: TaskLife) -> str:
    """Return how a life ended, in a few words."""
    if life.outcome == "cancelled" and life.cancelled_by not in (None, life.id):
        return f"cancelled by {name_of(run, life.cancelled_by)}"
    if life.outcome == "raised" and life.error is not None:
        return (
            "stopped" if life.error.type == "TooMuch" else f"raised {plain_name(life.error.type)}"
        )
    if life.outcome != "pending":
        return f"{life.outcome} {one_line(life.returned, 40)}".rstrip()
    if not any(span.state == "running" for span in life.spans):
        return "never started"
    if life.kind == "task":
        if any(
            each.kind == "task" and each.name in (life.name, life.function) for each in run.lost
        ):
            return "destroyed"
        return "waits for ever" if run.deadlock else "still running"
    return "not finished"


def blocks(run: Run, blocking: Blocking) -> str:
    """Return what a step that lasts does to the others; on a virtual clock, a `time.sleep`."""
    if run.clock == "real":
        return f"blocks everybody for {seconds(blocking.seconds)}"
    return f"time.sleep({number(blocking.seconds)}) blocks everybody"


def who_blocked(run: Run) -> list[TaskLife | None]:
    """Return for each of `Run.blocked` who it was: of that name, the one that ran at that time."""
    named: dict[str, list[TaskLife]] = {}
    ran: dict[str, list[tuple[float, float, int]]] = {}
    for place, life in enumerate(run.lives):
        for name in {life.name, life.function}:
            named.setdefault(name, []).append(life)
            times = [(s.start, s.stop, place) for s in life.spans if s.state == "running"]
            ran.setdefault(name, []).extend(times)
    for each in ran.values():
        each.sort()
    found: list[TaskLife | None] = []
    for blocking in run.blocked:
        spans = ran.get(blocking.task, [])
        last = bisect_right(spans, (blocking.start, math.inf, 0))
        # One that began before may lie around it: a generator of that name that runs another.
        at_work = (s for s in reversed(spans[max(0, last - 20) : last]) if s[1] > blocking.start)
        span = next(at_work, None)
        others = named.get(blocking.task)
        found.append(run.lives[span[2]] if span else others[0] if others else None)
    return found


def blockers(run: Run) -> list[str]:
    """Return the name of who blocked, for each of `Run.blocked`."""
    told = zip(who_blocked(run), run.blocked, strict=True)
    return [label(life)[0] if life else _callback(run, each) for life, each in told]


def _callback(run: Run, blocking: Blocking) -> str:
    """Return the name of the callback that blocked, where it is known."""
    names = [tick.name for tick in run.ticks if tick.start <= blocking.start < tick.stop]
    called = plain_name(blocking.task)
    return f"{called}, {plain_name(names[0])}" if names and called == A_CALLBACK else called


def seconds(value: float) -> str:
    """Return a time in seconds, with its unit.

    >>> seconds(0.1 + 0.2), seconds(4.0)
    ('0.3 s', '4 s')
    """
    return f"{number(value)} s"


def number(value: float) -> str:
    """Return a number of seconds to the millisecond; a smaller one to one digit.

    >>> number(1e-5), number(3600.0)
    ('1e-05', '3600')
    """
    rounded = round(value, 3)
    return f"{rounded:.10g}" if rounded or not value else f"{value:.1g}"


def plain_name(name: str) -> str:
    """Return a name without the functions around it; what is a loop's is called so.

    >>> plain_name("main.<locals>.worker"), plain_name("BaseSelectorEventLoop.sock_connect")
    ('worker', 'loop.sock_connect')
    """
    return one_line(_LOOPS.sub("loop.", name.rpartition("<locals>.")[2]), 60)


_LOOPS = re.compile(r"^\w*EventLoop\.")


def one_line(text: str, limit: int) -> str:
    """Return text of the program's on one line of at most `limit` characters.

    >>> one_line("two\\nlines", 20)
    'two lines'
    """
    text = "".join(char if char.isprintable() else " " for char in text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _group_line(life: TaskLife, members: Sequence[TaskLife]) -> str:
    extent = "".join(f"{span.reason}; " for span in life.spans)
    return f"{life.name} ({life.kind}s): {extent}{endings(members)}"


def _life_line(run: Run, life: TaskLife) -> str:
    name, more = label(life, run)
    called = f"task {name}" if life.kind == "task" else name
    facts = [_began(run, life), _ran(life), _waited(run, life), _held_up(life)]
    done = ", ".join(fact for fact in facts if fact)
    ended = f"{_ending_in_full(run, life)}{_ended(run, life)}"
    return f"{called}{f' ({more})' if more else ''}: {done}; {ended}"


def _began(run: Run, life: TaskLife) -> str:
    """Return when a life began, where that was not at once, and who started it."""
    start = life.spans[0].start if life.spans else 0.0
    at = f" at {seconds(start)}" if start > _near(run) else ""
    # The first life starts others as a matter of course.
    if life.created_by in (None, run.lives[0].id) or life.kind in ("generator", "thread"):
        return at and f"began{at}"
    return f"started by {name_of(run, life.created_by)}{at}"


def _ended(run: Run, life: TaskLife) -> str:
    """Return when a life ended, where that was before the end of the run."""
    if life.outcome == "pending" or not life.spans:
        return ""
    stop = life.spans[-1].stop
    if run.duration - stop <= _near(run):
        return ""
    line = life.error is not None and life.error.line is not None
    return f"{',' * line} at {seconds(stop)}"


def _near(run: Run) -> float:
    """Return how many seconds cannot be seen in the picture of a run."""
    return run.duration / 100


def _ran(life: TaskLife) -> str:
    steps = [span for span in life.spans if span.state == "running"]
    told = {0: "never ran", 1: "ran once"}.get(len(steps), f"ran {len(steps)} times")
    with_what = [one_line(span.reason, 60) for span in steps if span.reason]
    return f"{told} ({_listed(with_what, 6)})" if with_what else told


def _reason(run: Run, life: TaskLife, span: Span, after: Span | None) -> str:
    """Return what a life waited for, and how that ended, where that is not what it waited for."""
    told = plain_name(span.reason)
    if span.inside:
        told += f" inside {one_line(span.inside, 60)}"
    if span.held_by is not None:
        told += f", {held(span, after, name_of(run, span.held_by))}"
    if after is None or after.state != "ready":
        return told
    if after.reason == "cancelled":
        return f"{told} ({_cancelled(run, life, after)})"
    if after.woken_by in (None, span.held_by) or told.startswith("task "):
        return told
    return f"{told} (woken by {name_of(run, after.woken_by)})"


def _cancelled(run: Run, life: TaskLife, woken: Span) -> str:
    """Return by whom a wait was cancelled, where the end of the life does not say so."""
    who = canceller(woken, run.lives, run.ticks)
    if who is None or (isinstance(who, TaskLife) and who.id == life.cancelled_by):
        return "cancelled"
    by = name_of(run, who.id) if isinstance(who, TaskLife) else plain_name(who.name)
    return f"cancelled by {by}"


def _waited(run: Run, life: TaskLife) -> str:
    pairs = zip_longest(life.spans, life.spans[1:])
    waits = [(span, after) for span, after in pairs if span.state == "waiting"]
    reasons = list(dict.fromkeys(_reason(run, life, *wait) for wait in waits if wait[0].reason))
    yields = [reason for reason in reasons if reason.startswith("yield")]
    if yields == reasons != []:
        return f"waited at {_listed(yields, 6)} between"
    if yields:
        others = [reason for reason in reasons if reason not in yields]
        return f"waited for {_listed(others, 4)}, and at {_listed(yields, 6)}"
    time = _time(span for span, _ in waits)
    told = _listed(reasons, 4)
    if time:
        return f"waited {seconds(time)} in all{f': {told}' if told else ''}"
    return f"waited for {told}" if told else ""


def _held_up(life: TaskLife) -> str:
    time = _time(span for span in life.spans if span.state == "ready")
    return f"was ready for {seconds(time)} while something else ran" if time else ""


def _ending_in_full(run: Run, life: TaskLife) -> str:
    if life.outcome == "raised" and life.error is not None:
        return f"raised {one_line(str(life.error), 200)}{_at(life.error.line)}"
    last = life.spans[-1] if life.spans else None
    if life.outcome != "pending" or last is None or last.state != "waiting":
        return ending(run, life)
    if life.kind == "task" and last.reason and ending(run, life) != "destroyed":
        ever = " for ever" if run.deadlock else ""
        return f"still waits{ever} for {one_line(last.reason, 60)}{_at(last.line)}"
    return f"{ending(run, life)}{_at(last.line)}"


def _time(spans: Iterable[Span]) -> float:
    return sum(span.stop - span.start for span in spans)


def some(texts: list[str], limit: int) -> list[str]:
    """Return the first `limit` texts, the last of them with how many there are besides.

    >>> some(["A", "B", "C"], 2)
    ['A', 'B and 1 more']
    """
    more = len(texts) - limit
    return [*texts[: limit - 1], f"{texts[limit - 1]} and {more} more"] if more > 0 else texts


def _listed(texts: list[str], limit: int) -> str:
    return ", ".join(some(texts, limit))


def _at(line: int | None) -> str:
    return "" if line is None else f" at line {line}"
