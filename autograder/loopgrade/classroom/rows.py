"""What came of each submission, as a teacher reads it: a row for each student."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loopgrade.classroom.gradebook import Entry, Mark
from loopgrade.classroom.results import Results
from loopgrade.classroom.states import State, Submission
from loopgrade.steps.cells import GradedCell, exercise_of


@dataclass(frozen=True)
class Score:
    """What a student has of one exercise.

    Attributes:
        exercise: its name.
        points: what was earned.
        of: what could be earned.
        lost: the reasons for each point lost, a line each.
    """

    exercise: str
    points: float
    of: float
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """What came of one submission.

    Attributes:
        student: the name of its folder.
        state: what it is now.
        scores: one for each exercise; empty where it has no grade.
        fresh: whether it was graded now, and not at an earlier time.
        why: why it has no grade, or one that does not hold any more.
        isolation: how isolated its code ran.
        flags: what smells of tampering, by exercise; no points hang on it.
        late: by how many seconds.
        penalty: what it loses for that.
        beside: the tests that ran beside the student's code, which is a weaker promise.
    """

    student: str
    state: State
    scores: tuple[Score, ...] = ()
    fresh: bool = False
    why: str = ""
    isolation: str = ""
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late: float = 0.0
    penalty: float = 0.0
    beside: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What was earned in all."""
        return sum(score.points for score in self.scores)

    @property
    def of(self) -> float:
        """What could be earned in all."""
        return sum(score.of for score in self.scores)

    @property
    def final(self) -> float:
        """What counts, after the penalty."""
        return max(0.0, self.points - self.penalty)

    @property
    def status(self) -> str:
        """The state in words: `graded` now, `kept` from an earlier time, or another."""
        if not self.state.is_graded:
            return str(self.state)
        seen = ", seen by a human" if self.state is State.SEEN else ""
        return ("graded" if self.fresh else "kept") + seen

    @property
    def must_be_looked_at(self) -> bool:
        """Whether it waits for a human to look at what smells."""
        return bool(self.flags) and self.state is not State.SEEN


def row_of(submission: Submission, entry: Entry, *, fresh: bool = False) -> Row:
    """Return the row of a submission.

    Args:
        submission: what is known of it.
        entry: what the gradebook has of it; no score of it counts where there is no grade.
        fresh: whether it was graded now.
    """
    if not submission.results:
        return Row(submission.student, submission.state, why=submission.why)
    lost = {test: text for each in submission.results.values() for test, text in each.lost.items()}
    isolation = {str(each.stamp["isolation"]) for each in submission.results.values()}
    return Row(
        submission.student,
        submission.state,
        _scores(entry, lost),
        fresh,
        submission.why,
        ", ".join(sorted(isolation)),
        submission.flags,
        entry.late,
        entry.penalty,
        tuple(sorted(test for each in submission.results.values() for test in each.beside)),
    )


def _scores(entry: Entry, lost: Mapping[str, str]) -> tuple[Score, ...]:
    exercises: dict[str, dict[str, Mark]] = {}
    for marks in entry.marks.values():
        for test, mark in marks.items():
            exercises.setdefault(exercise_of(test), {})[test] = mark
    return tuple(
        Score(
            exercise,
            sum(mark.score for mark in marks.values()),
            sum(mark.of for mark in marks.values()),
            tuple(lost[test] for test in sorted(marks) if test in lost),
        )
        for exercise, marks in sorted(exercises.items())
    )


def would_be(
    entry: Entry,
    results: Mapping[str, Results],
    known: Mapping[str, Mapping[str, GradedCell]],
) -> Entry:
    """Return what the gradebook would have of a submission if its results were entered.

    Args:
        entry: what it has.
        results: of each notebook.
        known: what it knows of each notebook.
    """
    marks = {}
    for name, each in results.items():
        old = entry.marks.get(name, {})
        marks[name] = {
            test: Mark(
                score,
                old[test].manual if test in old else None,
                old[test].extra if test in old else 0.0,
                False,
                (known[name][test].points or 0.0) if test in known[name] else 0.0,
            )
            for test, score in each.scores.items()
        }
    return Entry(marks, entry.penalty, entry.late)
