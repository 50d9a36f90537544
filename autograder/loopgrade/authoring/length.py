"""How long a lesson takes: what there is before the exercises, and minutes by a formula.

The minutes are an estimate for a first reading, and the same formula for each lesson: 130 words of
prose a minute, 12 lines of code a minute, 2 minutes a prediction and 12 an exercise. Tests are
folded, and are not read; the choices of a prediction are in its 2 minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from loopgrade.authoring.lesson import Lesson
from loopgrade.authoring.predictions import is_prediction
from loopgrade.authoring.regions import without_solution

WORDS, LINES = 130, 12
"""Of prose and of code that are read in a minute."""

PREDICTION, EXERCISE = 2, 12
"""Minutes that one takes."""

EXERCISES = "## Your turn"
"""The heading before the exercises."""


@dataclass(frozen=True)
class Length:
    """What a student reads and does.

    Attributes:
        cells: before the exercises; all of them where there is no such heading.
        words: of prose.
        lines: of code that are not empty: demonstrations, and what stands in the answers' cells.
        predictions: to be made.
        exercises: to be solved.
    """

    cells: int
    words: int
    lines: int
    predictions: int
    exercises: int

    @property
    def minutes(self) -> int:
        """By the formula above.

        >>> Length(cells=30, words=1300, lines=120, predictions=5, exercises=3).minutes
        66
        """
        doing = PREDICTION * self.predictions + EXERCISE * self.exercises
        return round(self.words / WORDS + self.lines / LINES + doing)

    def __str__(self) -> str:
        return (
            f"{self.cells} cells before the exercises, {self.words} words, {self.lines} lines of"
            f" code, {self.predictions} predictions, {self.exercises} exercises: about"
            f" {self.minutes} minutes"
        )


def length_of(lesson: Lesson) -> Length:
    """Return how long a lesson is, as students get it."""
    heads = [n for n, cell in enumerate(lesson.cells) if EXERCISES in cell.source.splitlines()]
    predictions = [c for c in lesson.cells if c.kind == "code" and is_prediction(c.source)]
    prose = [cell.source for cell in lesson.cells if cell.kind == "markdown"]
    code = [
        without_solution(cell.source, "") if cell.role == "answer" else cell.source
        for cell in lesson.cells
        if cell.kind == "code" and cell.role != "test" and cell not in predictions
    ]
    return Length(
        cells=heads[0] if heads else len(lesson.cells),
        words=sum(len(source.split()) for source in prose),
        lines=sum(bool(line.strip()) for source in code for line in source.splitlines()),
        predictions=len(predictions),
        exercises=len(lesson.exercises),
    )
