"""The examiner, as steps of nbgrader.

`use_examiner(c)` in a course's nbgrader_config.py puts them in:

- `Repair`, before nbgrader's own sanitizing: test cells come from the gradebook, each
  once, whatever the submission says of them.
- `Examine`, in the place of nbgrader's Execute: the verdicts, made outside the process
  that runs the student's code.
- `Stamp`: what the grade rests on, so that it is known later whether it still holds.
- `SaveChangedCells`, in the place of SaveCells: a test may be added or changed after
  submissions exist.
- `FeedbackPage`, of the desk, in the place of nbgrader's page of feedback: students see no
  hidden test, nothing of what one said but its hint, and no flag.
- `harmless_html`, wherever a submission's Markdown is shown: no script of a student's runs
  in the browser of a teacher.

`loopgrade.classroom` enters the grades, all of a submission in one step, where nbgrader's
SaveAutoGrades and AssignLatePenalties would enter one after the other. All else is
nbgrader's: the gradebook, formgrader, late penalties, manual grades.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import preprocessors
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum

import looplab
from loopgrade.examination import sandbox
from loopgrade.examination.examiner import examine
from loopgrade.examination.test_cell import seed_of
from loopgrade.steps.cells import repaired, student_cells, test_cells
from loopgrade.steps.outputs import Notebook, Resources, show_flags, write_outputs
from loopgrade.steps.secret import course_secret
from loopgrade.steps.soundness import own_texts
from loopgrade.steps.submission import odd_file


def use_examiner(config: Any) -> None:
    """Let nbgrader grade with the examiner: for a course's nbgrader_config.py.

    Args:
        config: what `get_config()` returns.
    """
    # nbgrader's own lists, with Repair before the first and Examine in the place of Execute.
    # Without CheckCellMetadata: all that it would check is what Repair has written.
    config.Autograde.sanitize_preprocessors = [
        "loopgrade.steps.preprocessors.Repair",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
    ]
    config.Autograde.autograde_preprocessors = [
        "loopgrade.steps.preprocessors.Examine",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "loopgrade.steps.stamp.Stamp",
    ]
    # Its converter keeps nbgrader's order, works in a folder of its own, and enters the grades.
    config.Autograde.exporter_class = "loopgrade.classroom.converter.StatefulExporter"
    config.StatefulExporter.optimistic_validation = True  # once, and not after each step
    config.ZipCollectApp.collector_plugin = "loopgrade.desk.zip_collect.ByGradeIds"
    config.ExportApp.plugin_class = "loopgrade.classroom.export.GradesWithStates"
    config.GenerateAssignment.preprocessors = [
        "loopgrade.steps.migrating.SaveChangedCells"
        if step is preprocessors.SaveCells
        else f"nbgrader.preprocessors.{step.__name__}"
        for step in GenerateAssignment.preprocessors.default()
    ]
    # Its page reads the grades, and knows what of a hidden test may be told.
    config.GenerateFeedback.exporter_class = "loopgrade.desk.feedback_exporter.FeedbackPage"
    config.GenerateFeedback.preprocessors = []
    # nbgrader's pages do not heed HTMLExporter.sanitize_html where they show Markdown.
    config.HTMLExporter.filters = {"markdown2html": "loopgrade.steps.markdown.harmless_html"}


class Repair(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Restore what the gradebook knows: each test once, with its own text and points.

    nbgrader alone loses a deleted test, gives nothing for a moved one, and stops at a
    doubled one.
    """

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Repair a submitted notebook."""
        Examine(parent=self).refuse_less_isolation()
        if odd := odd_file(Path(resources["metadata"]["path"])):
            raise ValueError(f"{odd!r} is a link, or no file; ask for the file itself.")
        told = resources["nbgrader"]
        nb.metadata.pop("looplab", None)  # what is graded is the examiner's to say
        nb.cells = repaired(nb.cells, told["known"])
        return nb, resources


class Examine(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Run a submission in a sandbox and each of its tests outside it."""

    isolation = Enum(
        sandbox.LEVELS,
        default_value="bubblewrap",
        help="How isolated a student's code must run: 'bubblewrap', or 'process' with less.",
    ).tag(config=True)

    def refuse_less_isolation(self) -> None:
        """End nbgrader where this machine cannot isolate the student's code as asked.

        Raises:
            SystemExit: it cannot; the log says what to do.
        """
        try:
            sandbox.require(self.isolation)
        except sandbox.SandboxError as error:
            self.log.error("%s", error)
            raise SystemExit(1) from None

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Examine a repaired notebook, and write the verdicts as nbgrader reads them."""
        told = resources["nbgrader"]
        known = told["known"]
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
