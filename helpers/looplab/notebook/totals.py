"""One line below the last check of an exercise: its points so far, and what to do next.

It counts only verdicts on the answer as it ran last: a check that passed before the answer was
changed counts for nothing until it has run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from looplab.notebook.progress import UNREADABLE, GradedTest, exercises_of, points_of


class Totals:
    """The verdicts of the checks that have run in a kernel."""

    def __init__(self) -> None:
        self._verdicts: dict[str, tuple[object, bool]] = {}

    def note(self, test: str, answer: object, *, passed: bool) -> None:
        """Keep a verdict.

        Args:
            test: the id of its cell, such as `hello_later-time`.
            answer: the run of the cell that it judged.
            passed: whether it passed.
        """
        self._verdicts[test] = answer, passed

    def passed(self, test: str, answer: object) -> bool | None:
        """Return whether a test passes an answer; None where it has not judged it.

        Args:
            test: the id of its cell.
            answer: the run of the cell with the answer.
        """
        of, passed = self._verdicts.get(test, (None, False))
        return passed if answer is not None and of is answer else None

    def told(self, notebook: Path, test: str) -> str:
        """Return what belongs below a check; empty where it is not the last of its exercise.

        Args:
            notebook: the file that says which checks there are.
            test: the id of the check, which has just been noted.
        """
        exercises: dict[str, list[GradedTest]] = {}
        with suppress(*UNREADABLE):
            exercises = exercises_of(notebook)
        names = list(exercises)
        for name, after in zip(names, [*names, ""][1:], strict=True):
            if exercises[name][-1].id == test:
                return self._told(name, exercises[name], after)
        return ""

    def _told(self, name: str, tests: Sequence[GradedTest], after: str) -> str:
        answer, _ = self._verdicts[tests[-1].id]
        judged = [self.passed(each.id, answer) for each in tests]
        points = sum(test.points for test, passed in zip(tests, judged, strict=True) if passed)
        told = f"{name}: {points_of(points, sum(each.points for each in tests))} points."
        if False in judged:
            return f"{told} Look first at “{tests[judged.index(False)].name}”."
        if None in judged:
            waiting = judged.count(None)
            checks = "1 check has" if waiting == 1 else f"{waiting} checks have"
            return f"{told} {checks} not judged this answer yet: run all checks of the exercise."
        if after:
            return f"{told} Next: {after}."
        return (
            f"{told} That was the last exercise. `looplab.check_all()` judges the lesson as a "
            "grader does: with other inputs and more cases."
        )
