"""The cause of a failed check, by name: the first that fits of those that `diagnose` knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from looplab.diagnosis.answer import Answer, reads_a_clock
from looplab.runs.failures import Failure
from looplab.runs.records import Lost, TaskLife, Wait
from looplab.runs.run import Run
from looplab.runs.wire import Opaque, Value

POLLS = 8
"""So often somebody who polls has waited for the same time at the same line."""

About = Literal["", "duration", "leftovers", "cancellation", "expected error"]
"""What a check was about: the time it took, what was left, whether a cancellation came out, or
all but the error that came."""

ASKS = ": does it ever stop?"
"""So a message ends of what was ended, where nobody knows why."""

_AWAITABLES = {"coroutine", "Task", "Future", "_GatheringFuture"}
_OURS = {"Deadlock", "TooMuch", "WireError", "CancelledError"}
_PARAMETERS = re.compile(r"(?:\S+\.)?(\w+)\(\) (?:takes|missing|got) ")


@dataclass(frozen=True)
class Finding:
    """What went wrong.

    Attributes:
        cause: its name.
        told: it in words.
        line: the line of the answer, where one is known.
        quoted: that line, as it stands there.
        alone: whether it says all of what happened.
    """

    cause: str
    told: str
    line: int | None = None
    quoted: str = ""
    alone: bool = True


def diagnose(run: Run, source: str, about: About = "") -> Finding | None:
    """Return what went wrong; None where nothing that is known fits.

    Args:
        run: what the program did.
        source: the text of the answer, whose lines the run tells; empty if unknown.
        about: what the check was about.

    >>> import asyncio
    >>> from looplab import observe
    >>> async def waits():
    ...     await asyncio.Event().wait()
    >>> diagnose(observe(waits), "").cause
    'deadlock'
    """
    whole = Answer(source)
    case = _Case(run, whole.about(None, ""), about, whole)
    found: Iterator[Finding | None] = (look(case) for look in _CAUSES)
    return next((each for each in found if each is not None), None)


@dataclass(frozen=True)
class _Case:
    run: Run
    answer: Answer
    about: About
    whole: Answer

    def finding(
        self, cause: str, told: str, line: int | None = None, *, alone: bool = True
    ) -> Finding:
        if line is not None and self.answer.ends_before(line):
            line = None  # of a library: it was stopped there
        quoted = self.answer.quoted(line)
        # What cannot be shown is told by its number.
        where = f" in line {line}" if line and not quoted else ""
        return Finding(cause, told.replace("{where}", where), line, quoted, alone)

    def failures(self) -> Iterator[Failure]:
        """Yield what the program raised, what a group holds first."""
        if self.run.error is not None:
            yield from self.run.error.leaves
            yield self.run.error

    def coroutines(self) -> list[Lost]:
        """Return those that nobody awaited and whose line is known, by their lines."""
        lost = [each for each in self.run.lost if each.kind == "coroutine" and each.line]
        return sorted(lost, key=lambda each: each.line or 0)


def _not_started(case: _Case) -> Finding | None:
    raised = [*case.failures(), *(life.error for life in case.run.lives if life.error)]
    for error in raised:
        stub = "raise NotImplementedError" in case.answer.quoted(error.line)
        if error.type != "NotImplementedError" or not stub:
            continue
        if case.answer.is_stub(error.line):
            return case.finding("not started", "not started")
        told = "a line of the exercise is still there, and ends your function: take it out"
        return case.finding("stub left", told, error.line)
    return None


def _other_parameters(case: _Case) -> Finding | None:
    for error in case.failures():
        called = _PARAMETERS.match(error.message)
        if error.type == "TypeError" and error.line is None and called:
            told = f"{error.message}: keep the parameters that the exercise gives"
            return case.finding("other parameters", told, case.answer.line_of(called[1]))
    return None


def _raised(case: _Case) -> Finding | None:
    if case.about in ("expected error", "leftovers"):
        return None
    for error in case.failures():
        if error.line is None or error.type in _OURS or error.leaves:
            continue
        if case.coroutines() and re.search("coroutine|await|Task|Future", error.message):
            return None  # that is only what came of it
        if error.type == "RecursionError" and (line := case.answer.own_call(error.line)):
            return case.finding("raised", "it calls itself again and again{where}", line)
        return case.finding("raised", f"it raised {error}{{where}}", error.line)
    return None


def _would_not_close(case: _Case) -> Finding | None:
    line = case.answer.swallowing("GeneratorExit")
    error = case.run.error
    if error is None or error.message != "generator ignored GeneratorExit" or line is None:
        return None
    told = "it was closed and went on to another yield: this takes the GeneratorExit{where}"
    return case.finding("would not close", told, line)


def _both(case: _Case) -> Finding | None:
    line = case.answer.asynchronous_generator()
    kinds = [part.type for part in _parts(case.run.result) if isinstance(part, Opaque)]
    told = "" if case.run.error is None else case.run.error.message
    awaited = "async_generator" in told and "can't be" in told  # in which order, Python has changed
    if line is None or not (awaited or "async_generator" in kinds):
        return None
    told = "`async def` with a `yield` in it gives an asynchronous generator"
    return case.finding("both", f"{told}: leave one of the two out", line)


def _never_awaited(case: _Case) -> Finding | None:
    for lost in case.coroutines():
        name = lost.name.rpartition(".")[2]
        known = replace(case, answer=case.whole.about(lost.line, name))
        told = f"`{known.answer.call(lost.line, name)}`{{where}} is never awaited"
        if known.answer.returns_in(lost.line):
            told += ": you return the coroutine itself"
        return known.finding("never awaited", told, lost.line)
    for part in _parts(case.run.result):
        if isinstance(part, Opaque) and part.type in _AWAITABLES:
            kind = "Future" if part.type == "_GatheringFuture" else part.type
            told = f"it gave a {kind} and not what that gives: await it"
            return case.finding("never awaited", told, case.answer.last_return())
    return None


def _printed(case: _Case) -> Finding | None:
    prints = case.answer.calls("print")
    nothing = any(part is None for part in _parts(case.run.result, depth=1))
    if case.run.error or not (prints and nothing and case.run.output.strip()):
        return None
    text = case.run.output.strip().splitlines()[0][:60]
    return case.finding("printed", f"it printed {text!r} and returned None: return it", prints[-1])


def _blocked(case: _Case) -> Finding | None:
    if case.run.clock == "real":
        return None
    for each in case.run.blocked:
        if each.line is not None:
            told = f"time.sleep({each.seconds:g}){{where}} stops all tasks"
            return case.finding("blocked", told, each.line, alone=False)
    return None


def _gives_nothing(case: _Case) -> Finding | None:
    name = re.match(r"\w+", case.run.call)
    if case.run.error or case.run.result is not None or case.about or name is None:
        return None
    line = case.answer.gives_nothing(name[0])
    told = f"it returned None: {name[0]} has no line with `return`"
    return None if line is None else case.finding("gives nothing", told, line)


def _no_way_out(case: _Case) -> Finding | None:
    error = case.run.error
    if error is None or error.type != "TooMuch" or any(map(_waits_for_ever, case.run.lives)):
        return None
    spans = [span for life in case.run.lives for span in life.spans if span.line]
    for line in (error.line, *(span.line for span in spans[-1:])):
        if at := case.answer.endless(line):
            ended = error.message.partition(" in line ")[0].removesuffix(ASKS)
            told = f"{ended}: neither `break` nor `return` leaves this loop{{where}}"
            return case.finding("no way out", told, at)
    return None


def _polls(case: _Case) -> Finding | None:
    turns: Counter[tuple[str, int]] = Counter()
    for life in case.run.lives:
        spans = (span for span in life.spans if span.line and span.reason.startswith("sleep("))
        turns.update((span.reason, span.line or 0) for span in spans)
    for (reason, line), count in turns.most_common(1):
        if count < POLLS or case.answer.while_around(line) is None:
            return None
        if reason == "sleep(0)":
            told = "it looks again and again, and no time passes: wait for what you look for"
            return case.finding("busy", told, line)
        told = f"it sleeps and looks again, {count:,} times: wait for what you look for"
        return case.finding("polls", told, line, alone=False)
    return None


def _never_ends(case: _Case) -> Finding | None:
    error = case.run.error
    if error is None or error.type != "TooMuch" or error.line is None:
        return None
    told = error.message.partition(" in line ")[0]
    loop, sleeping = case.answer.while_around(error.line), case.answer.sleep_in_while()
    in_library = case.answer.ends_before(error.line)
    if sleeping and (in_library or (loop and loop is case.answer.while_around(sleeping))):
        # Nothing else is recorded of what `explore` does in many orders.
        told += ": it sleeps and looks again: wait for what you look for"
        return case.finding("polls", told, sleeping)
    told += "{where}"
    if loop is not None and reads_a_clock(loop):
        told += ": the clock stands still while your code runs, it moves while you await"
    return case.finding("never ends", told, error.line)


def _deadlock(case: _Case) -> Finding | None:
    waits = list(case.run.deadlock)
    if not waits and case.run.error is not None and case.run.error.type == "TooMuch":
        # Only somebody else's timer still goes off.
        waits = [_wait(life) for life in case.run.lives if _waits_for_ever(life)]
    if not waits:
        return None
    # Who waits for a task is not the cause: that task is.
    wait = min(waits, key=lambda wait: (wait.line is None, wait.reason not in _NOBODY))
    nobody = _NOBODY.get(wait.reason, "nothing can wake it")
    if wait.held_by:
        nobody = f"{wait.held_by} does not release it"
    told = f"{wait.task} waits for {wait.reason}{{where}}, and {nobody}"
    return case.finding("deadlock", told, wait.line)


_NOBODY = {
    "Event.wait": "nobody sets it",
    "Queue.get": "nobody puts anything in",
    "Queue.put": "nobody takes anything out",
    "Queue.join": "nobody says that the items are done",
    "Lock.acquire": "nobody releases it",
    "Semaphore.acquire": "nobody releases it",
    "Condition.wait": "nobody notifies it",
    "a future": "nobody sets its result",
}
"""Why nobody wakes who waits for this."""


def _wait(life: TaskLife) -> Wait:
    return Wait(life.name, life.spans[-1].reason, life.spans[-1].line)


def _waits_for_ever(life: TaskLife) -> bool:
    last = life.spans[-1] if life.spans else None
    waits = last is not None and last.state == "waiting" and last.stop > last.start
    return bool(last and waits and last.line and not last.reason.startswith("sleep("))


def _left_running(case: _Case) -> Finding | None:
    if not case.run.leftovers or (case.run.error and case.about != "leftovers"):
        return None
    left = case.run.leftovers[0]
    line = left.line
    if line is None:
        starts = case.answer.calls(
            "create_task", "ensure_future", "start_soon", "gather", "as_completed"
        )
        line = starts[-1] if starts else None
    told = f"it ends while {left.task} still waits for {left.reason}{{where}}"
    return case.finding("left running", told, line, alone=case.about == "leftovers")


def _swallowed(case: _Case) -> Finding | None:
    line = case.answer.swallowing()
    if line and case.about == "cancellation" and case.run.error is None:
        told = "it was cancelled and went on: it takes the CancelledError{where}"
        return case.finding("swallowed", f"{told}, and does not raise it again", line)
    for life in case.run.lives:
        name = life.function.rpartition(".")[2]
        went_on = life.outcome not in ("cancelled", "pending") and case.answer.line_of(name)
        if line and went_on and _is_cancelled_by_another(case.run, life):
            told = f"{name} was cancelled and went on: it takes the CancelledError{{where}}"
            return case.finding("swallowed", f"{told}, and does not raise it again", line)
    return None


def _is_cancelled_by_another(run: Run, life: TaskLife) -> bool:
    own = [each for each in run.lives if each.created_by == life.id]
    # A task group cancels the task that it is in, because of one of its own.
    mine = {None, life.id, *(each.id for each in own)}
    by = {span.woken_by for span in life.spans if span.reason == "cancelled"}
    # Who waits for `gather` is not cancelled itself: those are for which it waits.
    return not by | {each.cancelled_by for each in own} <= mine


def _cancelled_by_itself(case: _Case) -> Finding | None:
    """Who awaits a task that it has cancelled gets its CancelledError."""
    error = case.run.error
    if error is None or error.type != "CancelledError" or case.about or not case.run.lives:
        return None
    root, *others = case.run.lives
    mine = {root.id, *(each.id for each in others)}
    for life in others:
        if life.outcome == "cancelled" and life.cancelled_by in mine:
            at = [span.line for span in root.spans if span.line]
            name = life.function if re.fullmatch(r"Task-\d+", life.name) else life.name
            told = f"{name.rpartition('.')[2]} was cancelled, and who awaits it gets that{{where}}"
            return case.finding("awaits what is cancelled", told, at[-1] if at else None)
    return None


def _never_reached(case: _Case) -> Finding | None:
    found = case.answer.never_reached()
    if found is None or case.run.error is not None:
        return None
    line, before = found
    told = f"no run comes to this line{{where}}: line {before} leaves before it"
    return case.finding("never reached", told, line, alone=False)


def _unseen(case: _Case) -> Finding | None:
    for lost in case.run.lost:
        if lost.kind == "exception":
            told = f"nobody looked at the error of {lost.name}: {lost.text}"
            return case.finding("unseen", told, lost.line, alone=False)
    return None


def _sequential(case: _Case) -> Finding | None:
    if case.about != "duration" or case.run.error is not None:
        return None
    for life in case.run.lives:
        waits = [s for s in life.spans if s.state == "waiting" and s.stop > s.start and s.line]
        seconds = [span.stop - span.start for span in waits]
        if len(waits) > 1 and abs(sum(seconds) - case.run.duration) < 1e-6:
            parts = " + ".join(f"{each:g}" for each in seconds[:6]) + " + ..." * (len(waits) > 6)
            told = f"{parts}, one after the other{{where}}"
            return case.finding("sequential", told, waits[0].line, alone=False)
    return None


_CAUSES: tuple[Callable[[_Case], Finding | None], ...] = (
    _not_started,
    _other_parameters,
    _raised,
    _would_not_close,
    _both,
    _never_awaited,
    _printed,
    _gives_nothing,
    _no_way_out,
    _polls,
    _never_ends,
    _blocked,
    _deadlock,
    _left_running,
    _swallowed,
    _cancelled_by_itself,
    _unseen,
    _sequential,
    _never_reached,
)


def _parts(value: Value, depth: int = 5) -> Iterator[Value]:
    """Yield a value, and what it holds."""
    yield value
    if depth and isinstance(value, dict):
        value = list(value.values())
    if depth and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _parts(item, depth - 1)
