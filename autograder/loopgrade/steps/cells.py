"""The cells that the gradebook knows: restored in a submission, and read from it."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from loopgrade.authoring.mixed import is_observed, names_bound
from loopgrade.examination.examiner import StudentCell
from loopgrade.examination.test_cell import PlainTest, TrustedTest
from loopgrade.steps.reading import give_ids


@dataclass(frozen=True)
class GradedCell:
    """A cell that the gradebook knows: its trusted text and what it is worth.

    Attributes:
        grade_id: its name in the gradebook.
        source: its text.
        checksum: nbgrader's, of the text and what the cell is for.
        points: what it is worth; None for a cell that earns none.
        is_answer: whether the student writes it.
        cell_type: `code` or `markdown`.
        is_task: whether it asks for cells that a human reads.
    """

    grade_id: str
    source: str
    checksum: str
    points: float | None
    is_answer: bool
    cell_type: str = "code"
    is_task: bool = False

    @property
    def is_test(self) -> bool:
        """Whether it is a test cell: code that earns points, and the student does not write it."""
        return self.points is not None and not (self.is_answer or self.is_task)

    @property
    def exercise(self) -> str:
        """The exercise that it belongs to."""
        return exercise_of(self.grade_id)

    def metadata(self) -> dict[str, Any]:
        """Return the cell's nbgrader metadata."""
        told: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.grade_id,
            "grade": self.points is not None and not self.is_task,
            "solution": self.is_answer,
            "locked": not self.is_answer,
            "task": self.is_task,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        if self.points is not None:
            told["points"] = self.points
        return told


def exercise_of(grade_id: str) -> str:
    """Return the exercise of a cell; a cell that nbgrader has named is one of its own.

    >>> exercise_of("round_robin-turns"), exercise_of("round_robin")
    ('round_robin', 'round_robin')
    >>> exercise_of("cell-0123456789abcdef")
    'cell-0123456789abcdef'
    """
    return grade_id if _OF_NBGRADER.fullmatch(grade_id) else grade_id.partition("-")[0]


_OF_NBGRADER = re.compile(r"cell-[0-9a-f]{12,16}")


def graded_cells(gradebook: Gradebook, assignment: str, notebook: str) -> dict[str, GradedCell]:
    """Return the cells that the gradebook knows of a notebook, by grade id."""
    book = gradebook.find_notebook(notebook, assignment)
    tasks = {cell.name for cell in book.task_cells}
    worth = (*book.grade_cells, *book.task_cells)
    points = {cell.name: float(cell.max_score) for cell in worth}
    answers = {cell.name for cell in book.solution_cells}
    return {
        cell.name: GradedCell(
            cell.name,
            cell.source,
            cell.checksum,
            points.get(cell.name),
            cell.name in answers,
            cell.cell_type,
            cell.name in tasks,
        )
        for cell in book.source_cells
    }


def grade_id_of(cell: Any) -> str | None:
    """Return the grade id that a submitted cell claims, if it claims one."""
    told = cell.metadata.get("nbgrader")
    grade_id = told.get("grade_id") if isinstance(told, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


def repaired(cells: list[Any], known: Mapping[str, GradedCell]) -> list[Any]:
    """Return a submission's cells, with the cells that the gradebook knows restored.

    Args:
        cells: as they were handed in.
        known: what the gradebook knows, by grade id.
    """
    # Of cells that claim the same id the last counts: a copy stands below its original.
    claims = {grade_id_of(cell): number for number, cell in enumerate(cells)}
    kept = []
    for number, cell in enumerate(cells):
        grade_id = grade_id_of(cell)
        cell.metadata.pop("nbgrader", None)
        if grade_id is not None and grade_id in known:
            trusted = known[grade_id]
            if claims[grade_id] == number:
                kept.append(restored(cell, trusted))
                continue
            if trusted.is_test:
                continue
        kept.append(cell)
    for grade_id, trusted in known.items():
        if trusted.is_test and grade_id not in claims:
            kept.insert(_place(kept, trusted.exercise), restored(None, trusted))
    give_ids(kept, known)
    return kept


def restored(cell: Any, trusted: GradedCell) -> Any:
    """Return a cell as the gradebook knows it; an answer keeps the student's text."""
    source = trusted.source if cell is None or not trusted.is_answer else cell.source
    make = getattr(nbformat.v4, f"new_{trusted.cell_type}_cell")
    fresh = make(source)
    if trusted.cell_type == "markdown" and "attachments" in (cell or {}):
        fresh.attachments = cell.attachments
    fresh.id = trusted.grade_id
    fresh.metadata["nbgrader"] = nbformat.from_dict(trusted.metadata())
    return fresh


def _place(cells: list[Any], exercise: str) -> int:
    """Return where a missing test belongs: behind its exercise, or at the end."""
    mine = [n for n, cell in enumerate(cells) if exercise_of(grade_id_of(cell) or "") == exercise]
    return mine[-1] + 1 if mine else len(cells)


def student_cells(
    cells: list[Any], known: Mapping[str, GradedCell], ours: Container[str] = ()
) -> list[StudentCell]:
    """Return what the subject runs: each code cell that is not a test.

    Args:
        cells: of the notebook.
        known: what the gradebook knows, by grade id.
        ours: the texts of the lesson's own cells, without blank lines around them.
    """
    found = []
    for index, cell in enumerate(cells):
        trusted = known.get(grade_id_of(cell) or "")
        if cell.cell_type != "code" or (trusted is not None and trusted.is_test):
            continue
        answers = trusted.exercise if trusted is not None and trusted.is_answer else None
        is_ours = cell.source.strip() in ours
        found.append(StudentCell(index, cell.source, answers, is_ours))
    return found


def test_cells(cells: list[Any], known: Mapping[str, GradedCell]) -> list[TrustedTest]:
    """Return the tests, in the notebook's order, with their trusted text."""
    claimed = [known.get(grade_id_of(cell) or "") for cell in cells]
    names = names_bound(each.source for each in known.values() if each.is_answer)
    found: list[TrustedTest] = []
    for index, each in enumerate(claimed):
        if each is None or not each.is_test:
            continue
        told = (each.grade_id, each.exercise, each.source)
        if is_observed(each.source, names):
            found.append(TrustedTest(*told))
        else:
            found.append(PlainTest(*told, index, each.points or 0.0))
    return found
