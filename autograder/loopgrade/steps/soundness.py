"""Whether a course may be graded here: its own references and stubs, examined and remembered.

What was examined, and under what, is one hash. It stands in `.looplab_sound.json` in the course's
folder once all was well, so that nothing is examined again until something has changed: a test,
a solution, the secret, the isolation, Python, or a line of LoopLab's.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

import loopgrade
import looplab
from loopgrade.examination import sandbox
from loopgrade.examination.canary import Unsound, fault
from loopgrade.examination.examiner import StudentCell
from loopgrade.examination.test_cell import TrustedTest, seed_of
from loopgrade.steps.cells import GradedCell, grade_id_of, restored, student_cells, test_cells
from loopgrade.steps.secret import course_secret

SOUND_FILE = ".looplab_sound.json"


def require_sound(
    course: Path,
    assignment: str,
    notebook: str,
    known: Mapping[str, GradedCell],
    level: sandbox.Level,
) -> None:
    """Make sure that the tests of a notebook can be trusted here, by its own reference and stub.

    Args:
        course: nbgrader's folder, which holds `source/` and the secret.
        assignment: the assignment's name.
        notebook: the notebook's name.
        known: what the gradebook knows of its cells, by grade id.
        level: how isolated code runs.

    Raises:
        Unsound: they cannot.
    """
    if not any(cell.is_test for cell in known.values()):
        return
    try:
        told = reference_of(course, assignment, notebook, known, level)
    except NoSource as error:
        raise Unsound(
            f"{notebook} cannot be graded: its own solutions are examined first, and {error} is "
            "not there; bring the course's folder source/ here."
        ) from None
    place = f"{assignment}/{notebook}"
    if _remembered(course).get(place) == told.state:
        return
    secret = course_secret(course)
    stub = [_as_stub(cell, known) for cell in told.cells]
    found = fault(
        told.cells,
        stub,
        told.tests,
        level=level,
        seed=lambda test: seed_of(secret, assignment, test),
    )
    if found:
        raise Unsound(
            f"{notebook} cannot be graded with Python {sys.version.split()[0]}, isolation {level} "
            f"and this course's secret: {found}."
        )
    _remember(course, place, told.state)


class NoSource(Exception):
    """The notebook with the solutions is not there; the text is where it should be."""


@dataclass(frozen=True)
class Reference:
    """A notebook's own solutions.

    Attributes:
        cells: of a submission that is right.
        tests: what it is examined by.
        state: a hash of these, and of what else decides what comes of it.
    """

    cells: Sequence[StudentCell]
    tests: Sequence[TrustedTest]
    state: str


def reference_of(
    course: Path,
    assignment: str,
    notebook: str,
    known: Mapping[str, GradedCell],
    level: sandbox.Level,
) -> Reference:
    """Return a notebook's own solutions, as a submission.

    Args:
        course: nbgrader's folder, which holds `source/` and the secret.
        assignment: the assignment's name.
        notebook: the notebook's name.
        known: what the gradebook knows of its cells, by grade id.
        level: how isolated code runs.

    Raises:
        NoSource: they are not there.
    """
    source = course / "source" / assignment / f"{notebook}.ipynb"
    if not source.is_file():
        raise NoSource(str(source))
    cells = nbformat.read(source, as_version=4).cells
    texts = {cell.source.strip() for cell in cells}
    present = {grade_id_of(cell) for cell in cells}
    cells += [restored(None, e) for e in known.values() if e.is_test and e.grade_id not in present]
    right, tests = student_cells(cells, known, texts), test_cells(cells, known)
    stubs = (each for each in known.values() if each.is_answer)
    conditions = (_conditions(), course_secret(course).hex(), level, assignment, notebook)
    state = _hash(*conditions, *map(repr, (*right, *stubs, *tests)))
    return Reference(right, tests, state)


def own_texts(course: Path, assignment: str, notebook: str) -> frozenset[str]:
    """Return the texts of a lesson's own cells, as `student_cells` takes them.

    Args:
        course: nbgrader's folder, which holds `source/`.
        assignment: the assignment's name.
        notebook: the notebook's name.
    """
    source = course / "source" / assignment / f"{notebook}.ipynb"
    if not source.is_file():
        return frozenset()
    return frozenset(cell.source.strip() for cell in nbformat.read(source, as_version=4).cells)


def _as_stub(cell: StudentCell, known: Mapping[str, GradedCell]) -> StudentCell:
    if cell.exercise is None:
        return cell
    answers = [each for each in known.values() if each.is_answer and each.exercise == cell.exercise]
    return replace(cell, source=answers[0].source) if answers else cell


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


@cache
def _conditions() -> str:
    """Return a hash of what is the same for all that this process grades: Python and our code."""
    told = [sys.version, sys.platform, *os.uname()] if hasattr(os, "uname") else [sys.version]
    return _hash(*told, code_hash())


@cache
def code_hash() -> str:
    """Return a hash of LoopLab's own lines, which decide what a grade is."""
    told = []
    for package in (looplab, loopgrade):
        folder = Path(package.__path__[0])
        rooms = [path for path in sorted(folder.rglob("*.py")) if "course" not in path.parts]
        told += [path.read_text(encoding="utf-8") for path in rooms]
    return _hash(*told)


def _remembered(course: Path) -> dict[str, Any]:
    try:
        found = json.loads((course / SOUND_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(course: Path, place: str, state: str) -> None:
    # Two graders may be here at once: each writes a whole file, and the last one stands.
    draft = course / f"{SOUND_FILE}.{secrets.token_hex(8)}"
    draft.write_text(json.dumps({**_remembered(course), place: state}, indent=1), encoding="utf-8")
    draft.replace(course / SOUND_FILE)
