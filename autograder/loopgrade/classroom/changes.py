"""What a new grade changes: who gains, who loses, through which test, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loopgrade.classroom.gradebook import Entry
from loopgrade.classroom.results import Results
from loopgrade.classroom.states import Submission
from loopgrade.steps.cells import GradedCell


@dataclass(frozen=True)
class Change:
    """A test that says something else than before.

    Attributes:
        student: whose.
        test: its grade id.
        before: what the examiner gave; None where it had not judged that test.
        after: what it gives now.
        of: what the test is worth now.
        manual: what a human gave, which goes on counting; None where nobody did.
    """

    student: str
    test: str
    before: float | None
    after: float
    of: float
    manual: float | None

    @property
    def gain(self) -> float:
        """How many points more there are than before."""
        return self.after - (self.before or 0.0)

    def __str__(self) -> str:
        """Say it in a line.

        >>> print(Change("ada", "twice-seven", 0, 1, 1, None))
        ada gains 1 through twice-seven: 0 is now 1 of 1
        >>> print(Change("bob", "twice-seven", 1, 0, 1, 1.0))
        bob keeps 1 by hand in twice-seven, where 1 is now 0 of 1
        """
        then = "nothing" if self.before is None else f"{self.before:g}"
        now = f"{then} is now {self.after:g} of {self.of:g}"
        if self.manual is not None:
            return f"{self.student} keeps {self.manual:g} by hand in {self.test}, where {now}"
        verb = "gains" if self.gain >= 0 else "loses"
        return f"{self.student} {verb} {abs(self.gain):g} through {self.test}: {now}"


def changes(
    before: Submission,
    entry: Entry,
    known: Mapping[str, Mapping[str, GradedCell]],
    results: Mapping[str, Results],
) -> Iterator[Change]:
    """Yield what changes for a student who is graded again.

    Args:
        before: the submission, as it was before.
        entry: what the gradebook has of it.
        known: what that knows of each notebook of the lesson.
        results: what came of each notebook now.
    """
    for name, each in results.items():
        stamp = before.results.get(name, Results()).stamp
        then = stamp.get("tests", {})
        for test, after in each.scores.items():
            mark, cell = entry.marks.get(name, {}).get(test), known[name].get(test)
            if after is None or mark is None or cell is None:
                continue
            mended = test in then and then[test] != each.stamp["tests"][test]
            # A score by hand may be of a test that said, or was worth, something else.
            if mark.auto != after or (mark.manual is not None and mended):
                of = cell.points or 0.0
                yield Change(before.student, test, mark.auto, after, of, mark.manual)


def announcement(found: Sequence[Change], students: int) -> str:
    """Return what changes, in lines: first the sum, then each change.

    Args:
        found: all changes.
        students: how many were graded again.

    >>> print(announcement([Change("ada", "twice-seven", 0, 1, 1, None)], 3))
    Graded again: 3. Gain: 1. Lose: 0. Scores by hand above a new verdict: 0.
      ada gains 1 through twice-seven: 0 is now 1 of 1
    """
    mine = [each for each in found if each.manual is None]
    gain = {each.student for each in mine if each.gain >= 0}
    lose = {each.student for each in mine if each.gain < 0}
    first = (
        f"Graded again: {students}. Gain: {len(gain)}. Lose: {len(lose)}. "
        f"Scores by hand above a new verdict: {len(found) - len(mine)}."
    )
    return "\n".join([first, *(f"  {each}" for each in found)])
