"""A test that can be judged nowhere as it is meant is refused when the assignment is made."""

from __future__ import annotations

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from loopgrade.authoring.mixed import is_observed, mixed_problems, names_bound
from loopgrade.steps.cells import exercise_of
from loopgrade.steps.outputs import Notebook, Resources


class MixedTest(Exception):
    """A test observes, and does what it may not do then; the text says where and what to do."""


class RefuseMixedTests(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Refuse a source notebook of which a test goes through `observe` and can be no examiner's."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Look at a source notebook, and change nothing.

        Raises:
            MixedTest: it has such a test.
        """
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        answers = {
            cell.metadata.nbgrader.grade_id: cell.source for cell in code if utils.is_solution(cell)
        }
        names = names_bound(answers.values())
        for cell in code:
            if not utils.is_grade(cell) or utils.is_solution(cell):
                continue
            if not is_observed(cell.source, names):
                continue
            grade_id = cell.metadata.nbgrader.grade_id
            mine = exercise_of(grade_id)
            own = [text for id, text in answers.items() if exercise_of(id) == mine]
            others = [text for id, text in answers.items() if exercise_of(id) != mine]
            for problem in mixed_problems(cell.source, own, others):
                raise MixedTest(
                    f"The test {grade_id} observes, so the examiner judges it and not nbgrader; "
                    f"line {problem.line}: {problem.message}"
                )
        return nb, resources
