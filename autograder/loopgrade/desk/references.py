"""What the course's own solutions do in the tests that students have, to be shown beside theirs.

It is examined once for a course, and kept in `.looplab_references` in its folder until a test, a
solution, the secret, Python or a line of LoopLab's has changed. Of a hidden test nothing is here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from loopgrade.desk.writing import whole
from loopgrade.examination import sandbox
from loopgrade.examination.beside import without_hidden
from loopgrade.examination.examiner import examine
from loopgrade.examination.test_cell import PlainTest, seed_of
from loopgrade.steps.cells import GradedCell
from loopgrade.steps.secret import course_secret
from loopgrade.steps.soundness import NoSource, reference_of
from looplab.runs.run import Run
from looplab.runs.wire import WireError

FOLDER = ".looplab_references"

References = Mapping[str, Sequence[Any]]
"""Of each test the Runs that its `observe` gives, in their order, as JSON, by its grade id."""


def references(
    course: Path,
    lesson: str,
    notebook: str,
    known: Mapping[str, GradedCell],
    level: sandbox.Level,
) -> References:
    """Return what the solutions of a notebook do in its visible tests; nothing where it lacks.

    Args:
        course: nbgrader's folder, which holds `source/` and the secret.
        lesson: the assignment's name.
        notebook: the notebook's name.
        known: what the gradebook knows of its cells, by grade id.
        level: how isolated the solutions run.

    Example:
        references(root, "02_yield_and_send", "02_yield_and_send", known, "bubblewrap")
    """
    try:
        told = reference_of(course, lesson, notebook, known, level)
    except NoSource:
        return {}
    file = course / FOLDER / f"{lesson}~{notebook}.json"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["state"] == told.state:
            runs: References = kept["runs"]
            return runs
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there is none yet
    tests = [
        replace(test, source=without_hidden(test.source))
        for test in told.tests
        if not isinstance(test, PlainTest)
    ]
    secret = course_secret(course)
    try:
        found = examine(
            told.cells,
            tests,
            level=level,
            seed=lambda test: seed_of(secret, lesson, test),
            keep=True,
        )
    except sandbox.SandboxError:  # a page has its own picture alone, then
        return {}
    runs = {
        name: [run.to_json() for run in verdict.observed]
        for name, verdict in found.verdicts.items()
        if verdict.passed
    }
    file.parent.mkdir(exist_ok=True)
    with whole(file) as draft:
        draft.write_text(json.dumps({"state": told.state, "runs": runs}), encoding="utf-8")
    return runs


def beside(run: Run, number: int | None, runs: Sequence[Any]) -> Run | None:
    """Return the Run of the solutions that stands beside a student's; None where there is none.

    Args:
        run: the student's.
        number: of the test's `observe`, from 0; None where it came of `explore`.
        runs: the solutions', of the same test.
    """
    if number is None or not 0 <= number < len(runs):
        return None
    try:
        found = Run.from_json(runs[number])
    except WireError:  # an older looplab wrote it
        return None
    return found if found.call == run.call else None
