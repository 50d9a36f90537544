"""A test cell, run where no student's code is: the names it has, and its verdict.

It is the same text that a student runs in a notebook. Here `observe` sends the program's
name, or a scenario's source, to a subject, and gets a `Run` back.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import hmac
import linecache
import random
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import looplab
from loopgrade.examination.asking import Asked, Observers, TestNames
from loopgrade.examination.sandbox import SandboxError
from loopgrade.examination.subject import Gone
from looplab.diagnosis.finding import About
from looplab.observer import announcing
from looplab.observer.announcing import Check
from looplab.observer.expecting import CheckFailed
from looplab.runs.run import Run
from looplab.subject.protocol import CellOutput
from looplab.virtual.specs import Spec

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
        observed: what each `observe` gave, in their order, where that was asked for and the test
            hides nothing.
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


def run_test(test: TrustedTest, asked: Asked, seed: str, *, keep: bool = False) -> Verdict:
    """Run a test cell and return its verdict.

    Args:
        test: the test.
        asked: runs the student's programs.
        seed: of its random inputs.
        keep: whether the verdict is to have what was observed, also where it passed.

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
    names = TestNames(__name__="looplab_test", SEED=seed)
    for word in ("check", "expect", "jobs", "gens", "arrivals", "store"):
        names[word] = getattr(looplab, word)
    names["jobs"] = _jobs_that_are_the_same(seed)
    observers = Observers(test.source, names, asked)
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
            _whole(failed.run),
            number=next((n for n, run in enumerate(observers.seen) if run is failed.run), None),
            about=failed.about,
        )
    finally:
        announcing.forget()
    keep = keep and HIDDEN not in test.source
    seen = tuple(run.whole() for run in observers.seen) if keep else ()
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


def _whole(run: Run | None) -> Run | None:
    """Return the run with its details, which no subject can tell later; None where none can."""
    with contextlib.suppress(CheckFailed):
        return None if run is None else run.whole()
    return None


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
