"""The examiner, as steps of nbgrader.

`use_examiner(c)` in a course's nbgrader_config.py puts them in:

- `Repair`, before nbgrader's own sanitizing: test cells come from the gradebook, each
  once, whatever the submission says of them.
- `Examine`, in the place of nbgrader's Execute: the verdicts, made outside the process
  that runs the student's code.
- `Flag`, behind SaveAutoGrades: what smells of tampering waits for a teacher's eyes, in
  formgrader's *Manual Grading*, with its points as they are.
- `HideHiddenTests`, before feedback is written: students see no hidden test, nothing of
  what one said, and no flag.
- `harmless_html`, wherever a submission's Markdown is shown: no script of a student's runs
  in the browser of a teacher.

All else is nbgrader's: the gradebook, formgrader, late penalties, manual grades.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Enum

import looplab
from loopgrade.examination import sandbox
from loopgrade.examination.canary import Unsound
from loopgrade.examination.examiner import examine
from loopgrade.examination.test_cell import seed_of
from loopgrade.steps.cells import (
    exercise_of,
    grade_id_of,
    graded_cells,
    repaired,
    student_cells,
    test_cells,
)
from loopgrade.steps.outputs import FLAG, Notebook, Resources, show_flags, write_outputs
from loopgrade.steps.secret import course_secret
from loopgrade.steps.soundness import own_texts, require_sound
from loopgrade.steps.submission import odd_file


def use_examiner(config: Any) -> None:
    """Let nbgrader grade with the examiner: for a course's nbgrader_config.py.

    Args:
        config: what `get_config()` returns.
    """
    # nbgrader's own lists, with Repair before the first and Examine in the place of Execute.
    config.Autograde.sanitize_preprocessors = [
        "loopgrade.steps.preprocessors.Repair",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        "loopgrade.steps.preprocessors.Examine",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "loopgrade.steps.preprocessors.Flag",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.exporter_class = "loopgrade.steps.reading.MendingExporter"
    config.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "loopgrade.steps.preprocessors.HideHiddenTests",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    # nbgrader's pages do not heed HTMLExporter.sanitize_html where they show Markdown.
    config.HTMLExporter.filters = {"markdown2html": "loopgrade.steps.markdown.harmless_html"}


class Repair(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Restore what the gradebook knows: each test once, with its own text and points.

    nbgrader alone loses a deleted test, gives nothing for a moved one, and stops at a
    doubled one.
    """

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Repair a submitted notebook."""
        told = resources["nbgrader"]
        Examine(parent=self).refuse_unsound(told["db_url"], told["assignment"], told["notebook"])
        if odd := odd_file(Path(resources["metadata"]["path"])):
            raise ValueError(f"{odd!r} is a link, or no file; ask for the file itself.")
        known = graded_cells(told["db_url"], told["assignment"], told["notebook"])
        nb.cells = repaired(nb.cells, known)
        return nb, resources


class Examine(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Run a submission in a sandbox and each of its tests outside it."""

    isolation = Enum(
        sandbox.LEVELS,
        default_value="bubblewrap",
        help="How isolated a student's code must run: 'bubblewrap', or 'process' with less.",
    ).tag(config=True)

    def refuse_unsound(self, db_url: str, assignment: str, notebook: str) -> None:
        """End nbgrader where a verdict would mean nothing, or code is not isolated as asked.

        Raises:
            SystemExit: it is so; the log says why.
        """
        course = Path.cwd()  # nbgrader works in the course's folder
        try:
            sandbox.require(self.isolation)
            require_sound(course, db_url, assignment, notebook, self.isolation)
        except (sandbox.SandboxError, Unsound) as error:
            self.log.error("%s", error)
            raise SystemExit(1) from None

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Examine a repaired notebook, and write the verdicts as nbgrader reads them."""
        told = resources["nbgrader"]
        known = graded_cells(told["db_url"], told["assignment"], told["notebook"])
        course = Path.cwd()  # nbgrader works in the course's folder
        secret = course_secret(course)
        seeds = {
            grade_id: seed_of(secret, told["assignment"], grade_id)
            for grade_id, cell in known.items()
            if cell.is_test
        }
        examination = examine(
            student_cells(nb.cells, known, own_texts(course, told["assignment"], told["notebook"])),
            test_cells(nb.cells, known),
            level=self.isolation,
            seed=seeds.__getitem__,
        )
        write_outputs(nb.cells, examination)
        show_flags(nb.cells, examination)
        nb.metadata["looplab"] = nbformat.from_dict(
            {
                "version": looplab.__version__,
                "isolation": self.isolation,
                "python": platform.python_version(),
                "seeds": seeds,
                "flags": {name: list(told) for name, told in examination.flags.items()},
            }
        )
        return nb, resources


class Flag(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Ask for a manual grade where something smells of tampering; it changes no points."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Mark the grades of flagged exercises in the gradebook."""
        flags = nb.metadata["looplab"]["flags"]
        told = resources["nbgrader"]
        ids = [grade_id_of(cell) or "" for cell in nb.cells]
        with Gradebook(told["db_url"]) as gradebook:
            book = gradebook.find_submission_notebook(
                told["notebook"], told["assignment"], told["student"]
            )
            for grade in book.grades:
                if exercise_of(grade.name) in flags and grade.name in ids:
                    grade.needs_manual_grade = True
            gradebook.db.commit()
        return nb, resources


class HideHiddenTests(ClearHiddenTests):  # type: ignore[misc]  # nbgrader has no types
    """Take hidden tests, and what they said, out of what a student gets back."""

    def preprocess_cell(
        self, cell: Any, resources: Resources, cell_index: int
    ) -> tuple[Any, Resources]:
        """Hide what is hidden in one cell."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if "outputs" in cell:
            cell.outputs = [each for each in cell.outputs if not each.get("metadata", {}).get(FLAG)]
        for output in cell.get("outputs", []):
            if output.get("ename") == "HiddenCheckFailed":
                output["traceback"] = output["evalue"].splitlines()
        return cell, resources
