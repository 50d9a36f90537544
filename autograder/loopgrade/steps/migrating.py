"""A lesson's cells in the gradebook, also where submissions exist already."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells


class SaveChangedCells(SaveCells):  # type: ignore[misc]  # nbgrader has no types
    """Save the cells of a notebook, as nbgrader's SaveCells does, and allow for new ones.

    nbgrader refuses a notebook that has got a cell since somebody handed it in. Here each
    submission gets an empty grade for a new test, which no grade says is graded, and
    keeps all that it has, scores and comments by hand too. A cell that is gone is still
    refused: its grades would be lost.
    """

    def _create_notebook(self, nb: Any) -> None:
        try:
            book = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except MissingEntry:
            book = None
        if book is not None and book.submissions:
            self._refuse_lost_cells(book)
            self._add_new_cells()
            _complete(self.gradebook, book)
        super()._create_notebook(nb)

    def _refuse_lost_cells(self, book: Any) -> None:
        new = {*self.new_grade_cells, *self.new_solution_cells, *self.new_task_cells}
        old = {each.name for each in (*book.grade_cells, *book.solution_cells, *book.task_cells)}
        if lost := sorted(old - new):
            raise RuntimeError(
                f"Cannot remove cells for notebook '{self.notebook_id}' because there are "
                f"submissions associated with it: {', '.join(lost)}"
            )

    def _add_new_cells(self) -> None:
        for kind in ("grade", "solution", "task", "source"):
            save = getattr(self.gradebook, f"update_or_create_{kind}_cell")
            for name, told in getattr(self, f"new_{kind}_cells").items():
                save(name, self.notebook_id, self.assignment_id, **told)


def _complete(gradebook: Gradebook, book: Any) -> None:
    """Give each submission a grade and a comment for each cell that has none yet."""
    gradebook.db.expire_all()
    for submission in book.submissions:
        graded = {each.cell_id for each in submission.grades}
        commented = {each.cell_id for each in submission.comments}
        for cell in (*book.grade_cells, *book.task_cells):
            if cell.id not in graded:
                gradebook.db.add(Grade(cell_id=cell.id, notebook=submission))
        for cell in (*book.solution_cells, *book.task_cells):
            if cell.id not in commented:
                gradebook.db.add(Comment(cell_id=cell.id, notebook=submission))
    gradebook.db.commit()
