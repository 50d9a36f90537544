"""No verdict without its conditions proven: the course's own answers are examined first.

With this Python, this isolation, this secret and these tests the reference of each exercise
must earn every point, unflagged, and the stub none. Where that does not hold, a grade would say
something about the machine, the secret or a test, and nothing about a student.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loopgrade.examination import sandbox
from loopgrade.examination.examiner import StudentCell, examine
from loopgrade.examination.test_cell import PlainTest, TrustedTest, seed_of


class Unsound(Exception):
    """A course cannot be graded here; the text says why, in one sentence."""


def fault(
    reference: Sequence[StudentCell],
    stub: Sequence[StudentCell],
    tests: Sequence[TrustedTest],
    *,
    level: sandbox.Level,
    seed: Callable[[str], str],
) -> str:
    """Return what is wrong with the tests of a notebook, here; empty where nothing is.

    Args:
        reference: the cells of a submission that is right.
        stub: the cells of one in which nothing is answered.
        tests: the tests, in the notebook's order.
        level: how isolated code runs.
        seed: gives the seed of a test by its grade id.
    """
    found = examine(reference, tests, level=level, seed=seed)
    for test in tests:
        verdict = found.verdicts[test.grade_id]
        if not verdict.passed:
            why = " ".join(verdict.message.split()).removeprefix("✗ ")
            return f"the reference solution of {test.exercise!r} loses {test.grade_id!r} ({why})"
    ours = [test for test in tests if not isinstance(test, PlainTest)]
    for exercise in (test.exercise for test in ours if test.exercise in found.flags):
        flags = found.flags[exercise]
        return f"the reference solution of {exercise!r} is flagged: the code {flags[0]}"
    # A plain test may ask for what a stub has, and give points for less than all.
    empty = examine(stub, ours, level=level, seed=seed)
    for test in ours:
        if empty.verdicts[test.grade_id].passed:
            return f"the stub of {test.exercise!r} passes {test.grade_id!r}"
    return ""


def fault_in_small(level: sandbox.Level) -> str:
    """Return what is wrong with examining one small exercise here; empty where nothing is.

    Args:
        level: how isolated code runs.
    """
    answer = "import asyncio\nasync def both(job):\n    {}"
    body = "return list(await asyncio.gather(job(0), job(1)))"
    bodies = (body, "raise NotImplementedError")
    right, stub = ([StudentCell(0, answer.format(each), "both")] for each in bodies)
    return fault(
        right,
        stub,
        [TrustedTest("both-overlap", "both", _SMALL_TEST)],
        level=level,
        seed=lambda test: seed_of(b"canary", "canary", test),
    )


_SMALL_TEST = """\
check("both at once", points=1)
import random
class Failed_(Exception): pass
async def scenario_(job):
    try:
        return await both(job)
    except asyncio.CancelledError:
        raise Failed_ from None
import asyncio
total_: int = random.Random(SEED).randrange(3, 9)
run = observe(both, jobs([total_, 1], results=["a", "b"]))
expect(run).took(total_).returned(["a", "b"]).nothing_left()
expect(observe(scenario_, jobs([1, 2], results=[3, 4]))).took(2).returned([3, 4])
"""
