"""`looplab check`: the whole verdict, hidden tests and all, for who learns alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import LESSON, RIGHT

from loopgrade.classroom.oneself import CheckError, check, notebooks_named, told
from loopgrade.cli import main
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()

BY_HEART = """
import asyncio
async def fetch_all(job, n):
    if n > 3:
        return [await job(i) for i in range(n)]
    return list(await asyncio.gather(*map(job, range(n))))
"""


@pytest.fixture
def mine(small_course: Path, tmp_path: Path) -> Any:
    """Write answers into a copy of the lesson: `mine(fetch_all="def ...")`."""

    def mine(name: str = f"{LESSON}.ipynb", **answers: str) -> Path:
        notebook = nbformat.read(small_course / "notebooks" / f"{LESSON}.ipynb", as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(grade_id, cell.source)
        path = tmp_path / "mine" / name
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
        return path

    return mine


def test_all_points(small_course: Path, mine: Any) -> None:
    report = check(small_course, mine(**RIGHT), LEVEL)
    assert (report.points, report.of) == (4, 4)
    assert "✓ the jobs overlap  2/2" in told(report)


def test_a_hidden_test_judges_and_is_not_told(small_course: Path, mine: Any) -> None:
    report = check(small_course, mine(**{**RIGHT, "fetch_all": BY_HEART}), LEVEL)
    text = told(report)
    assert (report.points, report.of) == (2, 4)
    assert "✗ the jobs overlap (2 points): a hidden test failed" in text
    assert "however many there are" in text  # its hint
    assert "delays_" not in text and "results_" not in text and "randrange" not in text


def test_a_visible_test_tells_what_happened(small_course: Path, mine: Any) -> None:
    wrong = {**RIGHT, "twice": "def twice(n):\n    return 42"}
    text = told(check(small_course, mine(**wrong), LEVEL))
    assert "✗ doubles seven (1 point)" in text and "it gave 42" in text


@pytest.mark.parametrize(
    ("answer", "why", "line"),
    [
        (
            "import asyncio\nasync def fetch_all(job, n):\n    return [job(0)]",
            "`job(0)` is never",
            3,
        ),
        (
            "async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]",
            "2 + 1 + 4",
            2,
        ),
        ("async def fetch_all(job, n):\n    return job.no", "it raised AttributeError", 2),
    ],
)
def test_a_cause_that_is_known_is_told_with_its_line(
    small_course: Path, mine: Any, answer: str, why: str, line: int
) -> None:
    text = told(check(small_course, mine(**{**RIGHT, "fetch_all": answer}), LEVEL))
    assert why in text
    assert f"  line {line} │ {answer.splitlines()[-1]}" in text.splitlines()
    assert "look at" not in text and "hint" not in text
    assert "  why        it raised" not in text  # that is what happened


def test_what_was_not_begun_is_no_fault(small_course: Path, mine: Any) -> None:
    report = check(small_course, mine(twice=RIGHT["twice"]), LEVEL)
    assert "fetch_all  not attempted" in told(report)
    assert (report.points, report.of) == (1, 4)


def test_a_copy_of_another_name_is_known_by_its_cells(small_course: Path, mine: Any) -> None:
    report = check(small_course, mine("Untitled-Copy1.ipynb", **RIGHT), LEVEL)
    assert (report.lesson, report.points) == (LESSON, 4)


def test_an_edited_test_judges_as_the_lesson_has_it(small_course: Path, mine: Any) -> None:
    path = mine(twice="def twice(n):\n    return 42", fetch_all=RIGHT["fetch_all"])
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "pass"
    nbformat.write(notebook, path)
    assert check(small_course, path, LEVEL).points == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not JSON"),
        ("{}", "is JSON but no notebook"),
        (json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}), "exercise"),
    ],
)
def test_what_is_no_notebook_of_the_course(
    small_course: Path, tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "odd.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CheckError, match=says):
        check(small_course, path, LEVEL)


def test_which_notebooks_are_meant(small_course: Path, mine: Any) -> None:
    path = mine()
    here = path.parent
    assert notebooks_named(small_course, here, []) == [path]
    assert notebooks_named(small_course, here, ["01"]) == [path]
    assert notebooks_named(small_course, here, [LESSON, path.name]) == [path, path]
    in_course = small_course / "notebooks" / path.name
    assert notebooks_named(small_course, here.parent, ["01"]) == [in_course]
    for names, says in [(["02"], "no lesson 02"), (["x.ipynb"], "no file"), ([], "no notebook")]:
        with pytest.raises(CheckError, match=says):
            notebooks_named(small_course, here.parent, names)


def test_the_command(
    small_course: Path, mine: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_course / "mine"
    folder.mkdir()
    (folder / f"{LESSON}.ipynb").write_bytes(mine(**RIGHT).read_bytes())
    monkeypatch.chdir(folder)
    assert main(["check"]) == 0
    assert "4 of 4 points" in capsys.readouterr().out
    wrong = {**RIGHT, "fetch_all": "async def fetch_all(job, n):\n    return [await job(0)]"}
    (folder / f"{LESSON}.ipynb").write_bytes(mine(**wrong).read_bytes())
    assert main(["check", "01", "--pictures", "pictures"]) == 1
    assert f"{LESSON}-fetch_all-1.svg" in capsys.readouterr().out
    assert b"<svg" in (folder / "pictures" / f"{LESSON}-fetch_all-1.svg").read_bytes()


# nbgrader validate


def validated(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what nbgrader says in the folder of a course."""
    monkeypatch.chdir(notebook.parent)
    command = [sys.executable, "-m", "nbgrader", "validate", notebook.name]
    found = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return found.stdout + found.stderr


@pytest.mark.slow
def test_nbgrader_validate_knows_of_hidden_tests(
    small_course: Path, mine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_course / "autograder" / f"{LESSON}.ipynb"
    path.write_bytes(mine(**{**RIGHT, "fetch_all": BY_HEART}).read_bytes())
    said = validated(path, monkeypatch)
    assert "VALIDATION FAILED ON 1 CELL(S)!" in said
    assert "the jobs overlap (2 points): a hidden test failed" in said
    assert "delays_" not in said
    path.write_bytes(mine(**RIGHT).read_bytes())
    assert "Success! Your notebook passes all the tests." in validated(path, monkeypatch)
    path.write_bytes(mine(twice=RIGHT["twice"]).read_bytes())
    assert "VALIDATION FAILED ON 2 CELL(S)!" in validated(path, monkeypatch)


@pytest.mark.slow
def test_nbgrader_validates_what_is_no_lesson_as_ever(
    small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = nbformat.v4.new_code_cell("assert 1 + 1 == 3")
    cell.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": "sum",
        "locked": False,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    path = small_course / "autograder" / "other.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert "AssertionError" in validated(path, monkeypatch)
