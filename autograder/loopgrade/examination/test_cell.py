"""A test cell, run where no student's code is: the names it has, and its verdict.

It is the same text that a student runs in a notebook. Here `observe` sends the program's
name, or a scenario's source, to a subject, and gets a `Run` back.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import hmac
import linecache
import random
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any, Protocol

import looplab
from loopgrade.examination.sandbox import SandboxError
from loopgrade.examination.shipping import closure, definitions
from loopgrade.examination.subject import Gone
from looplab.diagnosis.finding import About
from looplab.observer import announcing
from looplab.observer.announcing import Check
from looplab.observer.arguments import call_text
from looplab.observer.expecting import CheckFailed
from looplab.observer.exploring import Exploration, Outcome
from looplab.observer.observing import with_record
from looplab.observer.schedules import Found, Schedule
from looplab.runs.run import MAX_BLOCKED, Run
from looplab.runs.wire import Json, encode
from looplab.subject.protocol import CellOutput, is_pythons
from looplab.virtual.specs import Spec, spec_to_json
from looplab.virtual.world import World

OWN_ORDERS = 20
"""In which the examiner has a program run by itself, after the subject has explored it."""

HIDDEN = "### BEGIN HIDDEN TESTS"


@dataclass(frozen=True)
class TrustedTest:
    """A test cell, from the gradebook or the lesson's source and never from a submission.

    Attributes:
        grade_id: what the gradebook knows it by.
        exercise: the exercise that it tests.
        source: its trusted text.
    """

    grade_id: str
    exercise: str
    source: str


@dataclass(frozen=True)
class PlainTest(TrustedTest):
    """A test that calls the student's code itself: it can run nowhere but beside that code.

    Attributes:
        index: its place in the notebook.
        points: what it is worth.
    """

    index: int
    points: float


@dataclass(frozen=True)
class Verdict:
    """How a test cell ended.

    Attributes:
        grade_id: of the test.
        passed: whether it earns its points.
        message: why not, over several lines; empty where it passed.
        hint: the part of it that tells nothing about a hidden test.
        hidden: whether a hidden part of the test failed.
        run: what the program did, where it failed.
        partial: of what the cell is worth, the points that it gives as its value, as nbgrader has
            it; None where it gives none, and so all.
        observed: what each `observe` gave, in their order, of a test that hides nothing.
        number: which of the test's `observe` gave `run`, from 0; None where none of them did.
        about: what kind of thing the check was about that failed.
    """

    grade_id: str
    passed: bool
    message: str = ""
    hint: str = ""
    hidden: bool = False
    run: Run | None = None
    partial: float | None = None
    observed: tuple[Run, ...] = ()
    number: int | None = None
    about: About = ""


def seed_of(secret: bytes, lesson: str, grade_id: str) -> str:
    """Return the seed of a test's random inputs: the same for every student of a course.

    >>> seed_of(b"secret", "02_yield_and_send", "round_robin-turns")[:8]
    '1651a2ab'
    """
    return hmac.new(secret, f"{lesson}/{grade_id}".encode(), hashlib.sha256).hexdigest()


def error_type(run: Run) -> str:
    """Return the class of what the program raised; empty where it raised nothing."""
    return run.error.type if run.error is not None else ""


_ADVICE = {
    "ModuleNotFoundError": "it is graded with the standard library and looplab alone",
    "EOFError": "nobody types anything when it is graded: leave out input()",
    "FileNotFoundError": "none of your files is there when it is graded: do without them",
    "URLError": "there is no network when it is graded: do without it",
    "gaierror": "there is no network when it is graded: do without it",
    "MemoryError": "it may use 1 GiB of memory: keep less",
}
"""What to do about an error that comes from where a program is graded, by its class."""


def with_advice(happened: str, error: str) -> str:
    """Return what happened, with what to do about it where that is known."""
    return f"{happened} ({_ADVICE[error]})" if error in _ADVICE else happened


def stopped(cell: str, error: CellOutput) -> str:
    """Return that a cell stopped, why, and what to do about it.

    Args:
        cell: which, in words.
        error: what it ended with.
    """
    what = f"{error.name}: {error.text}" if error.text else error.name
    return with_advice(f"{cell} stopped: {what}", error.name)


def with_name(test: TrustedTest, failed: CheckFailed) -> CheckFailed:
    """Give a failure the name of its test, where it has none."""
    if failed.check is None:
        failed.check = announced_in(test.source)
    return failed


@lru_cache(maxsize=1024)
def announced_in(source: str) -> Check | None:
    """Return the check that a test cell's first line announces; None where it announces none.

    >>> print(announced_in('check("in order", points=1)'))
    in order (1 point)
    """
    with contextlib.suppress(SyntaxError, ValueError, LookupError, AttributeError):
        call: Any = ast.parse(source).body[0]
        points = {word.arg: ast.literal_eval(word.value) for word in call.value.keywords}
        return Check(ast.literal_eval(call.value.args[0]), points["points"])
    return None


# A test cell


class StudentName:
    """A name of the student's inside a test cell: only `observe` takes it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class _TestNames(dict[str, Any]):
    """The names of a test cell; what nobody else binds is the student's."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or is_pythons(name):
            raise KeyError(name)
        return StudentName(name)


class Asked(Protocol):
    """What runs the student's programs for a test."""

    def observe(self, request: dict[str, Json], world: World) -> Run:
        """Have a program run on a world, and return what it did."""

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """Have a program run in many orders; a Run where there is no such program."""

    @property
    def trouble(self) -> str:
        """How the cell with the answer stopped; empty where it ran to its end."""

    def note(self, notice: str) -> None:
        """Keep what a human should look at, in a few words that continue "the code ..."."""


def run_test(test: TrustedTest, asked: Asked, seed: str) -> Verdict:
    """Run a test cell and return its verdict.

    Args:
        test: the test.
        asked: runs the student's programs.
        seed: of its random inputs.

    Raises:
        Gone: the subject has died.
        SandboxError: the machine fails, and the code cannot be judged.
    """
    filename = f"<test {test.grade_id}>"
    linecache.cache[filename] = (
        len(test.source),
        None,
        test.source.splitlines(True),
        filename,
    )
    names = _TestNames(__name__="looplab_test", SEED=seed)
    for word in ("check", "expect", "jobs", "gens", "arrivals", "store"):
        names[word] = getattr(looplab, word)
    names["jobs"] = _jobs_that_are_the_same(seed)
    observers = _Observers(test, names, asked)
    names["observe"], names["explore"] = observers.observe, observers.explore
    announcing.forget()
    try:
        exec(_compiled(test.source, filename), names)  # trusted: see TrustedTest
    except (Gone, SandboxError):
        raise
    except (OSError, MemoryError) as error:  # no test does anything that raises these
        raise SandboxError(f"The examiner cannot go on: {error or type(error).__name__}.") from None
    except Exception as error:
        failed = error if isinstance(error, CheckFailed) else _misread(error)
        if failed.run is not None:
            failed.happened = with_advice(failed.happened, error_type(failed.run))
        if asked.trouble and asked.trouble not in failed.happened:
            # What was judged may be what an older cell left.
            failed.happened = f"{asked.trouble}; before that is mended: {failed.happened}"
        hidden = _in_hidden_part(test, error)
        hint = failed.hint
        return Verdict(
            test.grade_id,
            False,
            with_name(test, failed).message,
            hint,
            hidden,
            failed.run,
            number=next((n for n, run in enumerate(observers.seen) if run is failed.run), None),
            about=failed.about,
        )
    finally:
        announcing.forget()
    seen = () if HIDDEN in test.source else tuple(observers.seen)
    return Verdict(test.grade_id, True, observed=seen)


@cache  # every submission has the same tests
def _compiled(source: str, filename: str) -> types.CodeType:
    return compile(source, filename, "exec", dont_inherit=True)


def _jobs_that_are_the_same(seed: str) -> Callable[..., Spec]:
    """Return `looplab.jobs`, whose results cannot be guessed, and are the same each time."""
    number = random.Random(f"{seed}/jobs").randrange

    def jobs(delays: Iterable[float], *, results: Any = None, **facts: Any) -> Spec:
        times = tuple(delays)
        if results is None:
            results = [f"result-{number(10**9)}" for _ in times]
        return looplab.jobs(times, results=results, **facts)

    return jobs


def _misread(error: Exception) -> CheckFailed:
    if isinstance(error, AssertionError):
        return CheckFailed("the check holds", str(error) or "it does not")
    return CheckFailed(
        "the check can read what your code gives", f"{type(error).__name__}: {error}"
    )


def _in_hidden_part(test: TrustedTest, error: Exception) -> bool:
    lines = test.source.splitlines()
    begin = next((n for n, line in enumerate(lines, 1) if line.strip() == HIDDEN), None)
    at = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == f"<test {test.grade_id}>":
            at = traceback.tb_lineno
            break
        traceback = traceback.tb_next
    return begin is not None and at is not None and at > begin


class _Observers:
    """`observe` and `explore`, as a test cell has them here."""

    def __init__(self, test: TrustedTest, names: _TestNames, asked: Asked) -> None:
        self._definitions, self._names, self._asked = definitions(test.source), names, asked
        self.seen: list[Run] = []

    def observe(
        self,
        program: Any,
        *args: Any,
        take: int | None = None,
        cancel_at: float | None = None,
    ) -> Run:
        """As `looplab.observe`."""
        request, specs = self._request(program, args)
        world = World(specs)
        told = [spec_to_json(spec, whole=False) for spec in specs]
        how = {"take": take, "cancel_at": cancel_at, "services": told}
        answer = self._asked.observe({**request, **how}, world)
        run = with_record(answer, world, call_text(program, args, take, cancel_at))
        for notice in differences(run, world):
            self._asked.note(notice)
        self.seen.append(run)
        return run

    def explore(
        self, program: Any, *args: Any, orders: int | None = None, seed: object = 0
    ) -> Exploration:
        """As `looplab.explore`; each outcome's run is on a world of the examiner's."""
        request, specs = self._request(program, args)
        told = [spec_to_json(spec, whole=False) for spec in specs]
        call = call_text(program, args)

        def record(schedule: Schedule) -> Run:
            world = World(specs, schedule.choose)
            run = self._asked.observe(
                {**request, "take": None, "cancel_at": None, "services": told}, world
            )
            return with_record(run, world, call)

        whole = [spec_to_json(spec, whole=True) for spec in specs]
        # The seed of a test is secret; what grows out of it is not.
        grown = hashlib.sha256(f"{seed}/explore".encode()).hexdigest()
        found = self._asked.explore({**request, "services": whole, "orders": orders, "seed": grown})
        if isinstance(found, Run):
            missing = replace(found, call=call)
            return Exploration(call, 1, True, (Outcome(1, (), lambda: missing),))
        outcomes = [
            Outcome(count, choices, partial(record, Schedule(choices)))
            for count, choices in found.outcomes
        ]
        # What it is said to do is not believed: some orders are the examiner's own.
        pick = random.Random(f"{seed}/examiner").randrange
        known = [_ending(outcome.run) for outcome in outcomes]
        if any(known.count(each) > 1 for each in known):
            self._asked.note("ends in another way when it runs in the same order again")
        for _ in range(OWN_ORDERS):
            schedule = Schedule((), pick)
            run = record(schedule)
            if _ending(run) not in known:
                known.append(_ending(run))
                outcomes.append(Outcome(1, schedule.choices, partial(_itself, run)))
        tried = sum(outcome.count for outcome in outcomes)
        return Exploration(call, tried, found.complete, tuple(outcomes))

    def _request(self, program: Any, args: Sequence[Any]) -> tuple[dict[str, Json], list[Spec]]:
        """Return what both ask of a subject, and the specs among the arguments."""
        specs: list[Spec] = []
        needed: list[str] = []

        def reference(value: object) -> Json:
            if isinstance(value, StudentName):
                return {"$name": value.name}
            if isinstance(value, Spec):
                specs.append(value)
                return {"$spec": len(specs) - 1}
            name = getattr(value, "__name__", "")
            if isinstance(value, types.FunctionType | type) and self._names.get(name) is value:
                needed.append(name)
                return {"$def": name}
            raise TypeError(f"observe cannot hand a {type(value).__name__} to the program")

        request: dict[str, Json] = {
            "program": encode(program, reference),
            "args": [encode(arg, reference) for arg in args],
        }
        code, constants = closure(needed, self._definitions, self._names)
        request["code"] = code
        request["constants"] = {n: encode(self._names[n], reference) for n in constants}
        return request, specs


def differences(run: Run, world: World) -> Iterator[str]:
    """Yield where a run says less than the examiner's own record, in words as of a notice.

    Args:
        run: what the subject tells of a program that it has run.
        world: what it ran on.
    """
    told = sum(each.seconds for each in run.blocked)
    if len(run.blocked) < MAX_BLOCKED and world.held_up > told + 1e-6:
        yield "hides that it held up the loop"
    open_ = any(call.outcome == "pending" for call in run.calls)
    if open_ and run.error is None and not (run.leftovers or run.lost):
        yield "leaves a call of a service under way, and no task that waits for it"


def _ending(run: Run) -> Json:
    """Return what tells the outcomes of an exploration apart."""
    error = None if run.error is None else [run.error.type, run.error.message]
    return [encode(run.result), error, len(run.leftovers), len(run.deadlock)]


def _itself(run: Run) -> Run:
    return run
