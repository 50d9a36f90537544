"""A class is graded: each submission gets its points, or one sentence that says why not."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from small import LESSON, RIGHT, submission

from loopgrade.authoring.build import build
from loopgrade.classroom.batch import GradingError, grade
from loopgrade.classroom.rows import Row, Score
from loopgrade.classroom.states import State
from loopgrade.classroom.table import flags, table
from loopgrade.cli import main
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()
SEQUENTIAL = "async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]"

HandIn = Callable[..., Path]


def points(rows: list[Row]) -> dict[str, float | None]:
    return {row.student: row.points if row.state.is_graded else None for row in rows}


def cell_of(notebook: Any, grade_id: str) -> Any:
    (found,) = [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    ]
    return found


# Changes that a submission may come with, honestly or not


def test_deleted(notebook: Any) -> None:
    notebook["cells"].remove(cell_of(notebook, "fetch_all-overlap"))


def tests_edited(notebook: Any) -> None:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "pass"


def test_moved_above(notebook: Any) -> None:
    cell = cell_of(notebook, "fetch_all-overlap")
    notebook["cells"].remove(cell)
    notebook["cells"].insert(0, cell)


def test_doubled(notebook: Any) -> None:
    cell = cell_of(notebook, "fetch_all-overlap")
    notebook["cells"].append(copy.deepcopy(cell))


def answer_doubled(notebook: Any) -> None:
    cell = cell_of(notebook, "twice")
    again = copy.deepcopy(cell)
    cell["source"] = "def twice(n): return 'first try'"
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, again)


def points_raised(notebook: Any) -> None:
    cell_of(notebook, "fetch_all-order")["metadata"]["nbgrader"]["points"] = 100


def test_is_markdown(notebook: Any) -> None:
    cell = cell_of(notebook, "fetch_all-overlap")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def test_is_an_answer(notebook: Any) -> None:
    told = cell_of(notebook, "fetch_all-overlap")["metadata"]["nbgrader"]
    told.update(solution=True, grade=False, locked=False)


def metadata_is_text(notebook: Any) -> None:
    cell_of(notebook, "fetch_all-overlap")["metadata"]["nbgrader"] = "none of your business"


def unknown_cells(notebook: Any) -> None:
    extra = copy.deepcopy(cell_of(notebook, "twice-seven"))
    extra["metadata"]["nbgrader"]["grade_id"] = "bonus-points"
    extra["source"] = "assert True"
    notebook["cells"].append(extra)


def same_cell_ids(notebook: Any) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "same"


def no_cell_ids(notebook: Any) -> None:
    for cell in notebook["cells"]:
        del cell["id"]


def no_kernelspec(notebook: Any) -> None:
    del notebook["metadata"]["kernelspec"]


def another_kernel(notebook: Any) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "ruby", "display_name": "Ruby"}


CHANGES = [
    test_deleted,
    tests_edited,
    test_moved_above,
    test_doubled,
    answer_doubled,
    points_raised,
    test_is_markdown,
    test_is_an_answer,
    metadata_is_text,
    unknown_cells,
    same_cell_ids,
    no_cell_ids,
    no_kernelspec,
    another_kernel,
]
for change in CHANGES:
    change.__test__ = False  # type: ignore[attr-defined]  # pytest: not tests


def test_every_submission_gets_its_points(hand_in: HandIn, small_course: Path) -> None:
    """One class with everything in it, so that what stops others shows."""
    hand_in("right", **RIGHT)
    hand_in("empty_answers")
    hand_in("sequential", **{**RIGHT, "fetch_all": SEQUENTIAL})
    for change in CHANGES:
        hand_in(f"r_{change.__name__}", change, **RIGHT)
        hand_in(f"w_{change.__name__}", change, **{**RIGHT, "fetch_all": SEQUENTIAL})
    for name, text in UNREADABLE.items():
        path = submission(small_course, f"u_{name}")
        path.parent.mkdir(parents=True)
        if text is not None:
            path.write_bytes(text)

    rows = grade(small_course, LESSON, level=LEVEL)

    found = points(rows)
    assert found["right"] == 4
    assert found["empty_answers"] is None
    assert found["sequential"] == 2
    for change in CHANGES:
        assert found[f"r_{change.__name__}"] == 4, change
        assert found[f"w_{change.__name__}"] == 2, change
    by_name = {row.student: row for row in rows}
    for name in UNREADABLE:
        row = by_name[f"u_{name}"]
        assert row.state is State.UNREADABLE, name
        assert row.why.endswith("."), name
        assert row.why.count("\n") == 0, name
    assert {row.isolation for row in rows if row.status == "graded"} == {LEVEL}
    lost = by_name["sequential"].scores[0].lost
    assert lost == ("✗ the jobs overlap (2 points)",)


UNREADABLE: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "blank": b" \n ",
    "text": b"def fetch_all(job, n): ...",
    "binary": bytes(range(256)),
    "list": b"[]",
    "json": b'{"answer": 42}',
    "old": b'{"nbformat": 3, "worksheets": [], "cells": [], "metadata": {}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("released", [True, False])
def test_a_program_that_the_lesson_shows_is_no_work(
    hand_in: HandIn, small_course: Path, released: bool
) -> None:
    """A lesson may show one under the name that the exercise asks for."""
    lesson = small_course / "autograder" / "lessons" / f"{LESSON}.py"
    shown = "# %%\ndef twice(n):\n    return n + n\n\n# %% exercise="
    text = lesson.read_text(encoding="utf-8").replace("# %% exercise=", shown, 1)
    lesson.write_text(text, encoding="utf-8")
    build(small_course)
    if not released:  # it may be on another machine; then it is graded, as work
        shutil.rmtree(small_course / "autograder" / "release")
    hand_in("stub")
    hand_in("ada", **RIGHT)
    ada, stub = grade(small_course, LESSON, level=LEVEL)
    assert ada.points == 4
    expected = ("not attempted", "no answer was changed.") if released else ("graded", "")
    assert (stub.status, stub.why) == expected
    assert stub.points == 0


def test_nothing_is_graded_twice(hand_in: HandIn, small_course: Path) -> None:
    path = hand_in("ada", **RIGHT)
    assert [row.status for row in grade(small_course, LESSON, level=LEVEL)] == ["graded"]
    (row,) = grade(small_course, LESSON, level=LEVEL)
    assert (row.status, row.points) == ("kept", 4)
    path.write_text(path.read_text().replace("n + n", "n - n"))
    (row,) = grade(small_course, LESSON, level=LEVEL)
    assert (row.status, row.points) == ("graded", 3)
    (row,) = grade(small_course, LESSON, level=LEVEL, which="all")
    assert (row.status, row.points) == ("graded", 3)


def test_a_grade_that_could_not_be_renewed_is_kept_and_told(
    hand_in: HandIn,
    small_course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hand_in("ada", **RIGHT)
    grade(small_course, LESSON, level=LEVEL)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("loopgrade.classroom.workers.graded", full)
    (row,) = grade(small_course, LESSON, level=LEVEL, which="all")
    assert (row.status, row.points, row.fresh) == ("kept", 4, False)
    monkeypatch.chdir(small_course)
    assert main(["grade", LESSON, "--all", "--isolation", LEVEL]) == 1
    assert "4/4     kept: nbgrader could not grade it: no space left" in capsys.readouterr().out


def test_the_same_submission_gets_the_same_grade(hand_in: HandIn, small_course: Path) -> None:
    hand_in("ada", **{**RIGHT, "fetch_all": SEQUENTIAL})
    hand_in("bob", **{**RIGHT, "fetch_all": SEQUENTIAL})
    one = grade(small_course, LESSON, level=LEVEL)
    two = grade(small_course, LESSON, level=LEVEL, which="all")
    assert one == two
    graded = small_course / "autograder" / "autograded"
    ada, bob = (graded / name / LESSON / f"{LESSON}.ipynb" for name in ("ada", "bob"))
    assert ada.read_bytes() == bob.read_bytes()
    stamp = json.loads(ada.read_text())["metadata"]["looplab"]
    assert stamp["isolation"] == LEVEL
    assert stamp["without"] == (sandbox.lacks() if LEVEL == "bubblewrap" else [])


def test_what_cannot_be_graded_is_said(hand_in: HandIn, small_course: Path) -> None:
    with pytest.raises(GradingError, match="Nobody has handed in"):
        grade(small_course, LESSON, level=LEVEL)
    hand_in("ada", **RIGHT)
    with pytest.raises(GradingError, match="eve has handed in nothing"):
        grade(small_course, LESSON, students=["eve"], level=LEVEL)
    other = small_course / "autograder" / "submitted" / "ada" / "99_other"
    other.mkdir()
    with pytest.raises(GradingError, match="run `looplab build`"):
        grade(small_course, "99_other", level=LEVEL)


def test_who_is_not_there_keeps_nobody_from_being_graded(
    hand_in: HandIn, small_course: Path
) -> None:
    hand_in("ada", **RIGHT)
    hand_in("bob", **RIGHT)
    asked = ["eve\x1b[31m", "ada", "ada", "eve\x1b[31m"]
    ada, eve = grade(small_course, LESSON, students=asked, level=LEVEL)
    assert (ada.student, ada.status, ada.points) == ("ada", "graded", 4)
    assert (eve.student, eve.state) == ("eve [31m", State.MISSING)
    assert eve.why.startswith("has handed in nothing for 01_small, and is not in the gradebook")
    assert points(grade(small_course, LESSON, students=["eve", "bob"], level=LEVEL)) == {
        "bob": 4,
        "eve": None,
    }


def test_a_link_is_not_followed(hand_in: HandIn, small_course: Path) -> None:
    target = hand_in("ada", **RIGHT)
    path = submission(small_course, "eve")
    path.parent.mkdir(parents=True)
    path.symlink_to(target)
    assert points(grade(small_course, LESSON, level=LEVEL)) == {"ada": 4, "eve": None}


def test_less_isolation_must_be_asked_for(
    hand_in: HandIn, small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("ada", **RIGHT)
    nothing = sandbox.Diagnosis(False, "bubblewrap is not installed.", "install it")
    monkeypatch.setattr(sandbox, "diagnose", lambda: nothing)
    with pytest.raises(sandbox.SandboxError, match="--isolation process"):
        grade(small_course, LESSON)
    (row,) = grade(small_course, LESSON, level="process")
    assert (row.points, row.isolation) == (4, "process")


def test_the_table_has_a_line_for_each_student() -> None:
    rows = [
        Row("ada", State.GRADED, (Score("twice", 1, 1),), fresh=True),
        Row("李雷", State.SEEN, (Score("twice", 0, 1),), flags={"twice": ("uses ctypes",)}),
        Row("eve", State.UNREADABLE, why="it is empty; ask for it again."),
    ]
    assert table(rows).split(os.linesep) == [
        "student  twice  points  status",
        "-------  -----  ------  ------",
        "ada      1/1    1/1     graded",
        "李雷     0/1    0/1     kept, seen by a human",
        "eve      -      -       not readable: it is empty; ask for it again.",
    ]


def test_what_smells_waits_for_a_teacher_with_its_points(
    hand_in: HandIn, small_course: Path
) -> None:
    patched = f"import asyncio\nasyncio.to_thread = None\n{RIGHT['twice']}"
    hand_in("ada", **RIGHT)
    hand_in("eve", **{**RIGHT, "twice": patched})
    rows = grade(small_course, LESSON, level=LEVEL)
    assert points(rows) == {"ada": 4, "eve": 4}
    told = "sets an attribute of asyncio, looplab or a module that they use (line 2)"
    assert [row.flags for row in rows] == [{}, {"twice": (told, "replaces asyncio.to_thread")}]
    assert flags(rows).splitlines() == [
        f"eve, twice: the code {told}",
        "eve, twice: the code replaces asyncio.to_thread",
    ]
    assert "graded, look at twice" in table(rows)
    assert grade(small_course, LESSON, level=LEVEL)[1].flags == rows[1].flags  # kept
    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}") as gradebook:
        books = {
            name: gradebook.find_submission_notebook(LESSON, LESSON, name)
            for name in ("ada", "eve")
        }
        waiting = {
            name: [each.name for each in book.grades if each.needs_manual_grade]
            for name, book in books.items()
        }
        assert waiting == {"ada": [], "eve": ["twice-seven"]}
        assert [book.score for book in books.values()] == [4, 4]
    graded = small_course / "autograder" / "autograded" / "eve" / LESSON / f"{LESSON}.ipynb"
    assert "no points hang on it" in graded.read_text(encoding="utf-8")
    assert nbgrader(small_course, "generate_feedback", LESSON).returncode == 0
    page = small_course / "autograder" / "feedback" / "eve" / LESSON / f"{LESSON}.html"
    assert "asyncio.to_thread = None" in unescape(re.sub("<[^>]*>", "", page.read_text("utf-8")))
    assert "no points hang on it" not in page.read_text(encoding="utf-8")


# Plain nbgrader


def nbgrader(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course / "autograder",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.slow
def test_plain_nbgrader_goes_the_same_way(hand_in: HandIn, small_course: Path) -> None:
    by_heart = "async def fetch_all(job, n):\n" + (
        "    if n > 3: return [await job(i) for i in range(n)]\n"
        "    import asyncio\n    return list(await asyncio.gather(*map(job, range(n))))\n"
    )
    hand_in("ada", **RIGHT)
    hand_in("bob", **{**RIGHT, "fetch_all": by_heart})
    if LEVEL == "process":
        refused = nbgrader(small_course, "autograde", LESSON)
        assert refused.returncode != 0
        assert "bubblewrap" in refused.stderr
    told = nbgrader(small_course, "autograde", LESSON, f"--Examine.isolation={LEVEL}")
    assert told.returncode == 0, told.stderr
    rows = grade(small_course, LESSON, level=LEVEL)
    assert [row.status for row in rows] == ["kept", "kept"]
    assert points(rows) == {"ada": 4, "bob": 2}

    told = nbgrader(small_course, "generate_feedback", LESSON)
    assert told.returncode == 0, told.stderr
    page = small_course / "autograder" / "feedback" / "bob" / LESSON / f"{LESSON}.html"
    html = page.read_text(encoding="utf-8")
    assert "a hidden test failed" in html
    assert "however many there are" in html  # its hint
    assert "randrange" not in html  # nothing else of it
    assert "it took" not in html
