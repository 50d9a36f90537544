"""The examiner, as steps of nbgrader.

`use_examiner(c)` in a course's nbgrader_config.py puts them in:

- `Repair`, in the place of nbgrader's sanitizing: test cells and the kernel come from the
  gradebook, each once, whatever the submission says of them.
- `Examine`, in the place of nbgrader's Execute: the verdicts, made outside the process
  that runs the student's code.
- `Stamp`: what the grade rests on, so that it is known later whether it still holds.
- `RefuseMixedTests`, before all that makes an assignment: a test that can be judged neither by the
  examiner nor as nbgrader means it is told with its line.
- `SaveChangedCells`, in the place of SaveCells: a test may be added or changed after
  submissions exist.
- `FeedbackPage`, of the desk, in the place of nbgrader's page of feedback: students see no
  hidden test, nothing of what one said but its hint, and no flag.
- `harmless_html`, wherever a submission's Markdown is shown: no script of a student's runs
  in the browser of a teacher.

Each takes what it needs from the `Exam` in its resources (`loopgrade.steps.job`), and nothing from
a folder or the gradebook: the same steps run in any process, on any machine.

`loopgrade.classroom` enters the grades, all of a submission in one step, where nbgrader's
SaveAutoGrades and AssignLatePenalties would enter one after the other. All else is
nbgrader's: the gradebook, formgrader, late penalties, manual grades.
"""

from __future__ import annotations

import platform
from typing import Any

import nbformat
from nbgrader import preprocessors
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum

import looplab
from loopgrade.examination import sandbox
from loopgrade.examination.examiner import examine
from loopgrade.examination.test_cell import PlainTest
from loopgrade.steps.cells import repaired, student_cells, test_cells
from loopgrade.steps.outputs import Notebook, Resources, show_flags, write_outputs


def use_examiner(config: Any) -> None:
    """Let nbgrader grade with the examiner: for a course's nbgrader_config.py.

    Args:
        config: what `get_config()` returns.
    """
    # All that nbgrader's own would check or overwrite here is what Repair has written.
    config.Autograde.sanitize_preprocessors = ["loopgrade.steps.preprocessors.Repair"]
    # nbgrader's own, with Examine in the place of Execute.
    config.Autograde.autograde_preprocessors = [
        "loopgrade.steps.preprocessors.Examine",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "loopgrade.steps.stamp.Stamp",
    ]
    # Its converter keeps nbgrader's order, works in a folder of its own, and enters the grades.
    config.Autograde.exporter_class = "loopgrade.classroom.converter.StatefulExporter"
    config.ZipCollectApp.collector_plugin = "loopgrade.desk.zip_collect.ByGradeIds"
    config.ExportApp.plugin_class = "loopgrade.classroom.nbgrader_export.GradesWithStates"
    config.GenerateAssignment.preprocessors = [
        "loopgrade.steps.refusing.RefuseMixedTests",
        *(
            "loopgrade.steps.migrating.SaveChangedCells"
            if step is preprocessors.SaveCells
            else f"nbgrader.preprocessors.{step.__name__}"
            for step in GenerateAssignment.preprocessors.default()
        ),
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
        exam = resources["nbgrader"]["exam"]
        nb.metadata.pop("looplab", None)  # what is graded is the examiner's to say
        if exam.kernelspec:
            nb.metadata["kernelspec"] = nbformat.from_dict(exam.kernelspec)
        nb.cells = repaired(nb.cells, exam.known)
        return nb, resources


class Examine(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Run a submission in a sandbox and each of its tests outside it."""

    isolation = Enum(
        sandbox.LEVELS,
        default_value="bubblewrap",
        help="How isolated a student's code must run: 'bubblewrap', or 'process' with less.",
    ).tag(config=True)

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Examine a repaired notebook, and write the verdicts as nbgrader reads them."""
        exam = resources["nbgrader"]["exam"]
        tests = test_cells(nb.cells, exam.known)
        examination = examine(
            student_cells(nb.cells, exam.known, frozenset(exam.own)),
            tests,
            level=self.isolation,
            seed=exam.seeds.__getitem__,
        )
        write_outputs(nb.cells, examination)
        show_flags(nb.cells, examination)
        nb.metadata["looplab"] = nbformat.from_dict(
            {
                "version": looplab.__version__,
                "isolation": self.isolation,
                "without": sandbox.lacks() if self.isolation == "bubblewrap" else [],
                "python": platform.python_version(),
                "seeds": exam.seeds,
                "beside": [each.grade_id for each in tests if isinstance(each, PlainTest)],
                "flags": {name: list(told) for name, told in examination.flags.items()},
            }
        )
        return nb, resources
