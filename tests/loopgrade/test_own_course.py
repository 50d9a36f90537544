"""An exercise of ours in a teacher's own nbgrader course, as docs/teaching.md says."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import LESSON, RIGHT

from loopgrade.classroom.batch import grade
from loopgrade.examination import sandbox

CONFIG = """c = get_config()
c.CourseDirectory.course_id = "theirs"
from loopgrade.nbgrader_plugins import use_examiner
use_examiner(c)
"""

FIRST_CELL = """import asyncio
from looplab import SEED, check, enable, expect, gens, jobs, observe
enable()
"""


def nbgrader(course: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            # For a new gradebook nbgrader starts alembic, as an activated environment has it.
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        },
    )
    assert done.returncode == 0, done.stderr


def notebook_with(built_course: Path, exercise: str) -> Any:
    """A teacher's own notebook with one of our exercises in it."""
    path = built_course / "autograder" / "source" / LESSON / f"{LESSON}.ipynb"
    ours = nbformat.read(path, as_version=4)
    theirs = nbformat.v4.new_notebook(metadata=ours.metadata)
    theirs.cells = [
        nbformat.v4.new_markdown_cell("# Week 3"),
        nbformat.v4.new_code_cell(FIRST_CELL),
        *(
            cell
            for cell in ours.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith(exercise)
        ),
    ]
    return theirs


@pytest.mark.slow
def test_an_assignment_of_two_notebooks_has_one_state(built_course: Path, tmp_path: Path) -> None:
    root = tmp_path / "autograder"
    (root / "source" / "week3").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    names = {"problems": "fetch_all", "more": "twice"}
    for name, exercise in names.items():
        made = notebook_with(built_course, exercise)
        nbformat.write(made, root / "source" / "week3" / f"{name}.ipynb")
    nbgrader(root, "generate_assignment", "week3")

    def hand_in(student: str, name: str) -> Path:
        notebook = nbformat.read(root / "release" / "week3" / f"{name}.ipynb", as_version=4)
        (answer,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
        answer.source = RIGHT[names[name]]
        path = root / "submitted" / student / "week3" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path

    def graded() -> dict[str, tuple[str, float, float]]:
        rows = grade(tmp_path, "week3", level=sandbox.strongest())
        return {row.student: (row.status, row.points, row.of) for row in rows}

    hand_in("ada", "problems")
    more = hand_in("ada", "more")
    hand_in("bob", "problems")
    assert graded() == {"ada": ("graded", 4, 4), "bob": ("graded", 3, 4)}
    assert graded() == {"ada": ("kept", 4, 4), "bob": ("kept", 3, 4)}
    hand_in("bob", "more")
    more.unlink()
    assert graded() == {"ada": ("graded", 3, 4), "bob": ("graded", 4, 4)}
    assert graded() == {"ada": ("kept", 3, 4), "bob": ("kept", 4, 4)}


@pytest.mark.slow
def test_an_exercise_is_copied_cell_by_cell(built_course: Path, tmp_path: Path) -> None:
    course = tmp_path / "theirs"
    (course / "source" / "week3").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(CONFIG)
    theirs = notebook_with(built_course, "fetch_all")
    nbformat.write(theirs, course / "source" / "week3" / "problems.ipynb")

    nbgrader(course, "generate_assignment", "week3")

    release = nbformat.read(course / "release" / "week3" / "problems.ipynb", as_version=4)
    assert "HIDDEN" not in json.dumps(release)
    (answer,) = [c for c in release.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert "TaskGroup" not in answer.source
    answer.source = RIGHT["fetch_all"]
    (course / "submitted" / "ada" / "week3").mkdir(parents=True)
    nbformat.write(release, course / "submitted" / "ada" / "week3" / "problems.ipynb")

    level = sandbox.strongest()
    nbgrader(course, "autograde", "week3", f"--Examine.isolation={level}")
    nbgrader(course, "export", "--to=grades.csv")

    header, row = (course / "grades.csv").read_text().splitlines()
    grades = dict(zip(header.split(","), row.split(","), strict=True))
    assert (grades["student_id"], grades["score"], grades["max_score"]) == ("ada", "3.0", "3.0")
