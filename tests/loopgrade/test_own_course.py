"""An exercise of ours in a teacher's own nbgrader course, as docs/teaching.md says."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from small import LESSON, RIGHT

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


@pytest.mark.slow
def test_an_exercise_is_copied_cell_by_cell(built_course: Path, tmp_path: Path) -> None:
    ours = nbformat.read(
        built_course / "autograder" / "source" / LESSON / f"{LESSON}.ipynb", as_version=4
    )
    exercise = [
        cell
        for cell in ours.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("fetch_all")
    ]
    theirs = nbformat.v4.new_notebook(metadata=ours.metadata)
    theirs.cells = [
        nbformat.v4.new_markdown_cell("# Week 3"),
        nbformat.v4.new_code_cell(FIRST_CELL),
        *exercise,
    ]
    course = tmp_path / "theirs"
    (course / "source" / "week3").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(CONFIG)
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
