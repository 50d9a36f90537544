"""`nbgrader validate` in a course's folder: all tests judge, as they do when it is graded.

nbgrader's own runs what stands in the notebook, where hidden tests do not, and says that it passes
all the tests. What it runs instead of that is not among its settings; here it becomes one.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearOutput, Execute, NbGraderPreprocessor
from nbgrader.validator import Validator

from loopgrade.classroom.oneself import CheckError, judge
from loopgrade.examination import sandbox
from loopgrade.steps.cells import grade_id_of
from loopgrade.steps.outputs import public_lines


def validate_by_all_tests(config: Any) -> None:
    """Let `nbgrader validate` ask the examiner: for a course's nbgrader_config.py.

    Args:
        config: what `get_config()` returns.
    """
    Validator.class_traits()["preprocessors"].tag(config=True)
    config.Validator.preprocessors = [ClearOutput, ByAllTests]


class ByAllTests(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Write into each test cell why it fails; what is no lesson's of the course nbgrader runs."""

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Judge a notebook; nbgrader has changed into its folder."""
        course = Path(self.config.CourseDirectory.root).parent
        try:
            report = judge(course, Path("the notebook"), deepcopy(nb.cells), sandbox.strongest())
        except CheckError:
            told: tuple[Any, dict[str, Any]] = Execute(parent=self.parent).preprocess(nb, resources)
            return told
        verdicts = {
            test.verdict.grade_id: test.verdict for each in report.exercises for test in each.tests
        }
        for cell in nb.cells:
            if cell.cell_type != "code" or not cell.metadata.get("nbgrader", {}).get("grade"):
                continue
            verdict = verdicts.get(grade_id_of(cell) or "")
            if verdict is None:
                cell.outputs = [_error(["not started"])]
            elif not verdict.passed:
                cell.outputs = [_error(public_lines(verdict))]
        return nb, resources


def _error(lines: list[str]) -> Any:
    return nbformat.v4.new_output("error", ename="", evalue=lines[0], traceback=lines)
