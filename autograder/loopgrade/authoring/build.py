"""Lessons to notebooks: `autograder/lessons/` to `notebooks/`, by way of nbgrader.

    lessons/NN_slug.py  ->  source/NN_slug/NN_slug.ipynb    with solutions, for nbgrader
                        ->  release/NN_slug/NN_slug.ipynb   made by nbgrader; fills gradebook.db
                        ->  notebooks/NN_slug.ipynb         the same bytes: what students open

The same lessons give the same bytes, wherever and whenever they are built, so a
committed notebook that differs from a fresh build has been edited by hand. A lesson
that breaks a rule, or would show students a solution, is not built.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import logging
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopgrade.authoring.cell import TEST_API, TestCell
from loopgrade.authoring.folding import folded
from loopgrade.authoring.leaks import check_nothing_leaks
from loopgrade.authoring.lesson import (
    Cell,
    Exercise,
    Lesson,
    LessonError,
    cell_ids,
    grade_id,
    is_known_to_nbgrader,
    read_lesson,
)
from loopgrade.authoring.lint import lint_test_cell
from loopgrade.authoring.names import bound_names
from loopgrade.authoring.predictions import is_prediction
from loopgrade.authoring.regions import regions, without_solution
from loopgrade.authoring.settings import Settings, read_settings, undisturbed

StubPasses = Callable[[Lesson, Exercise], str | None]
"""Says why the stub of an exercise passes its tests, or None where it fails, as it should."""


@dataclass(frozen=True)
class Built:
    """What became of one lesson.

    Attributes:
        lesson: the lesson.
        source: nbgrader's source notebook, with the solutions.
        release: the student notebook, where nbgrader looks for it.
        notebook: the student notebook, where students find it.
        changed: whether the bytes of `notebook` differ from what was there.
    """

    lesson: Lesson
    source: Path
    release: Path
    notebook: Path
    changed: bool


def build(
    course: Path,
    lessons: Sequence[str] | None = None,
    *,
    stub_passes: StubPasses | None = None,
) -> list[Built]:
    """Build the student notebooks of a course.

    All lessons are checked before the first is built.

    Args:
        course: the folder that holds `autograder/` and `notebooks/`.
        lessons: names such as `08_many_at_once`; left out, all.
        stub_passes: asked for every exercise; what it returns is a reason not to build.

    Returns:
        One for each lesson, in the order of their names.

    Raises:
        LessonError: a lesson breaks a rule, would give away a solution or a hidden test,
            or nbgrader refuses it.
    """
    autograder = course / "autograder"
    _check_folder(autograder)
    settings = read_settings(autograder)
    paths = _lesson_files(autograder / "lessons", lessons)
    checked = [(path, _checked_lesson(path, settings.stub)) for path in paths]
    for path, lesson in checked:
        _check_stubs(path, lesson, stub_passes)
    return [_build_lesson(course, path, lesson, settings) for path, lesson in checked]


def _build_lesson(course: Path, path: Path, lesson: Lesson, settings: Settings) -> Built:
    autograder = course / "autograder"
    file = f"{lesson.name}.ipynb"
    source = autograder / "source" / lesson.name / file
    release = autograder / "release" / lesson.name / file
    notebook = course / "notebooks" / file
    _write(source, _as_bytes(_source_notebook(lesson, settings)))
    _generate_assignment(path, lesson, settings)
    made = release.read_bytes()
    try:
        check_nothing_leaks(path, lesson, json.loads(made))
    except LessonError:
        shutil.rmtree(release.parent)  # nbgrader must not release it
        raise
    return Built(lesson, source, release, notebook, changed=_write(notebook, made))


def _write(path: Path, data: bytes) -> bool:
    """Write `data`, unless `path` holds it already; return whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


# Which lessons, and whether they may be built


def _check_folder(autograder: Path) -> None:
    # nbgrader looks for notebooks with glob, and does not escape the folder.
    if any(character in str(autograder.resolve()) for character in "*?["):
        raise LessonError(
            f"{autograder}:1: nbgrader cannot work in a folder with `*`, `?` or `[` in its name;"
            " move the course to another."
        )


def _lesson_files(folder: Path, names: Sequence[str] | None) -> list[Path]:
    files = {path.stem: path for path in sorted(folder.glob("*.py"))}
    for name, path in files.items():
        if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
            raise LessonError(f"{path}:1: name the file NN_slug.py, such as 08_many_at_once.py.")
    for name in names or ():
        if name not in files:
            known = ", ".join(files) or "none"
            raise LessonError(f"{folder / name}.py:1: there is no such lesson; there are: {known}.")
    return [path for name, path in files.items() if names is None or name in names]


def _checked_lesson(path: Path, stub: str) -> Lesson:
    lesson = read_lesson(path)
    for exercise in lesson.exercises:
        names = _names_of_stub(path, exercise, stub)
        for test in exercise.tests:
            for problem in lint_test_cell(test.source, names):
                line = test.line + problem.line - 1
                raise LessonError(f"{path}:{line}: {problem.message}")
    _check_imports(path, lesson)
    return lesson


def _check_imports(path: Path, lesson: Lesson) -> None:
    """Make sure that a student's notebook has what its tests use without an import."""
    given: set[str] = set()
    for cell in lesson.cells:
        if cell.kind == "code" and cell.role != "test":
            with contextlib.suppress(SyntaxError):  # a magic of IPython's
                given |= bound_names(cell.source)
    if not given & TEST_API:  # a lesson of few lines, whose tests nobody runs in a notebook
        return
    for test in (test for exercise in lesson.exercises for test in exercise.tests):
        read = TestCell(ast.parse(test.source), frozenset())
        for use in read.uses:
            if use.name in TEST_API - given - read.names:
                line = test.line + use.node.lineno - 1
                raise LessonError(
                    f"{path}:{line}: no cell that students run first imports {use.name!r}; add it"
                    " to the lesson's `from looplab import ...`."
                )


def _names_of_stub(path: Path, exercise: Exercise, stub: str) -> frozenset[str]:
    answer = exercise.answer
    try:
        names = bound_names(without_solution(answer.source, stub), imports=False)
    except SyntaxError as error:
        raise LessonError(
            f"{path}:{answer.line}: with a stub for the solution, this cell is not Python"
            f" ({error.msg}); move the markers."
        ) from None
    if not names:
        raise LessonError(
            f"{path}:{answer.line}: the stub of exercise {exercise.name!r} binds no name that a"
            " test could observe; leave the line with def or class outside of the solution."
        )
    return names


def _check_stubs(path: Path, lesson: Lesson, stub_passes: StubPasses | None) -> None:
    if stub_passes is None:
        return
    for exercise in lesson.exercises:
        if reason := stub_passes(lesson, exercise):
            raise LessonError(f"{path}:{exercise.answer.line}: {reason}")


# The source notebook


def _source_notebook(lesson: Lesson, settings: Settings) -> dict[str, Any]:
    """Return the notebook that nbgrader makes the student's from."""
    cells = zip(lesson.cells, cell_ids(lesson), strict=True)
    return {
        "cells": [_notebook_cell(cell, id, settings.stub) for cell, id in cells],
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            # What `looplab.solution` asks in a student's kernel.
            "looplab": {"solutions": settings.solutions},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _notebook_cell(cell: Cell, id: str, stub: str) -> dict[str, Any]:
    source = test_source(cell) if cell.role == "test" else cell.source
    if cell.kind == "markdown":
        source = folded(source)
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": id,
        "metadata": _metadata(cell) | _for_the_kernel(cell, stub),
        "source": source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made


def test_source(cell: Cell) -> str:
    """Return a test cell's text as students get it.

    Its first line says what the test is called and worth; the lesson's source says that
    in the cell's header.
    """
    name = json.dumps(cell.name, ensure_ascii=False)
    return f"check({name}, points={cell.points!r})\n{cell.source}"


def _metadata(cell: Cell) -> dict[str, Any]:
    tags = list(cell.tags)
    # Run All goes on after a test that fails, and after a cell that raises on purpose.
    if cell.role in ("test", "breaks") and "raises-exception" not in tags:
        tags.append("raises-exception")
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if cell.role == "test":
        # Folded: its first line says what it is called, and a click opens it.
        metadata["jupyter"] = {"source_hidden": True}
    if is_known_to_nbgrader(cell):
        is_test = cell.role == "test"
        metadata["nbgrader"] = {
            "grade": is_test,
            "grade_id": grade_id(cell),
            "locked": is_test,
            "schema_version": 3,
            "solution": not is_test,
            "task": False,
        } | ({"points": cell.points} if is_test else {})
    return metadata


def _for_the_kernel(cell: Cell, stub: str) -> dict[str, Any]:
    """Return what `looplab.notebook` reads of a cell."""
    if cell.role == "answer":
        return {"looplab": {"stub": without_solution(cell.source, stub)}}
    if cell.role == "test" and regions(cell.source):
        return {"looplab": {"more": True}}  # it goes on when it is graded
    if cell.kind == "code" and is_prediction(cell.source):
        return {"looplab": {"prediction": cell.source}}
    return {}


def _as_bytes(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as nbformat writes it."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def _generate_assignment(path: Path, lesson: Lesson, settings: Settings) -> None:
    """Let nbgrader make the student notebook, and enter its cells in the gradebook."""
    said = io.StringIO()
    log = logging.Logger("nbgrader")
    log.addHandler(logging.StreamHandler(said))
    with undisturbed():
        from nbgrader.converters import GenerateAssignment
        from nbgrader.coursedir import CourseDirectory

        course = CourseDirectory(
            config=settings.config, log=log, root=settings.root, assignment_id=lesson.name
        )
        try:
            GenerateAssignment(
                coursedir=course, config=settings.config, log=log, force=True
            ).start()
        except Exception as error:
            refusal = LessonError(f"{path}:1: {_reason(said.getvalue(), error)}")
            refusal.add_note(said.getvalue())
            raise refusal from error


def _reason(log: str, error: Exception) -> str:
    if "there are submissions associated" in log:
        return (
            "exercises or test ids were added, removed or renamed, and the gradebook has"
            " submissions for the old ones; put them back, or start with a new gradebook.db."
        )
    errors = [line for line in log.splitlines() if re.match(r"[\w.]+(Error|Exception)\b", line)]
    reason = errors[-1] if errors else f"{type(error).__name__}: {error}"
    return f"nbgrader cannot make the student notebook ({reason}); mend that and build again."
