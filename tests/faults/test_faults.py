"""What breaks round a grader costs nobody a grade, gives no false one, and stops nobody else."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from machines import LEVEL, end, entered, start_grading, until
from small import LESSON, RIGHT, submission

from loopgrade.classroom.batch import GradingError, grade
from loopgrade.classroom.rows import Row
from loopgrade.classroom.states import State

HandIn = Callable[..., Path]

WRONG = {**RIGHT, "twice": "def twice(n):\n    return 42"}
SLOW = {**RIGHT, "twice": "import select\nselect.select([], [], [], 3)\n" + RIGHT["twice"]}


def points(rows: list[Row]) -> dict[str, float | None]:
    return {row.student: row.points if row.state.is_graded else None for row in rows}


# Names that a folder may have

NAMES = [
    "a b",
    "o'neil",
    'the "one"',
    "李雷",
    "x.y.z",
    ".hidden",
    "-dash",
    "n" * 200,
    "50%s{0}",
    "a&b;c$d",
    "ünïcode",
    "001",
    "a,b",
]


def test_a_student_may_have_any_name(hand_in: HandIn, small_course: Path) -> None:
    for number, name in enumerate(NAMES):
        hand_in(name, **(WRONG if number % 2 else RIGHT))
    rows = grade(small_course, LESSON, level=LEVEL, workers=2)
    expected = {name: 3 if number % 2 else 4 for number, name in enumerate(NAMES)}
    assert points(rows) == expected
    assert entered(small_course) == expected
    again = grade(small_course, LESSON, level=LEVEL)
    assert {row.status for row in again} == {"kept"}


# Forms that a notebook may have: what it earns, or None where it cannot be read

Change = Callable[[Any], None]


def cells_of(notebook: Any, *names: str) -> list[Any]:
    return [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in names
    ]


def kernel(spec: Any) -> Change:
    return lambda notebook: notebook["metadata"].update(kernelspec=spec)


def without_kernel(notebook: Any) -> None:
    notebook["metadata"] = {}


def many_cells(notebook: Any) -> None:
    notebook["cells"] += [nbformat.v4.new_markdown_cell("so it goes") for _ in range(9_000)]
    notebook["cells"] += [nbformat.v4.new_code_cell("n = 1") for _ in range(1_000)]


def large(notebook: Any) -> None:
    text = "x" * 50 * 2**20
    cell = notebook["cells"][1]
    cell["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text=text)]


def answer_split(notebook: Any) -> None:
    """The first half of the answer stays in its cell, the second is below it."""
    (cell,) = cells_of(notebook, "twice")
    place = notebook["cells"].index(cell)
    cell["source"] = "def helper_of_mine(n):\n    return n + n"
    below = nbformat.v4.new_code_cell("def twice(n):\n    return helper_of_mine(n)")
    notebook["cells"].insert(place + 1, below)


def answers_merged(notebook: Any) -> None:
    """Both answers stand in the cell of one, and the other's is gone."""
    one, other = cells_of(notebook, "fetch_all", "twice")
    other["source"] = f"{one['source']}\n{other['source']}"
    notebook["cells"].remove(one)


def answer_is_markdown(notebook: Any) -> None:
    (cell,) = cells_of(notebook, "twice")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def of_another_minor(minor: int) -> Change:
    return lambda notebook: notebook.update(nbformat_minor=minor)


FORMS: dict[str, tuple[Change, float | None]] = {
    "kernel null": (kernel(None), 4),
    "kernel of another language": (kernel({"name": "ir", "display_name": "R", "language": "R"}), 4),
    "kernel that is a list": (kernel([1]), 4),
    "no kernel": (without_kernel, 4),
    "ten thousand cells": (many_cells, 4),
    "fifty megabytes": (large, None),
    "answer split": (answer_split, 4),
    "answers merged": (answers_merged, 4),
    "answer retyped": (answer_is_markdown, 4),
    "format 4.6": (of_another_minor(6), 4),
    "format 3": (lambda notebook: notebook.update(nbformat=3), None),
    "format 5": (lambda notebook: notebook.update(nbformat=5), None),
}

BYTES: dict[str, Callable[[bytes], bytes]] = {
    "half written": lambda text: text[: len(text) // 2],
    "in another encoding": lambda text: text.replace(
        b"import asyncio", b"# caf\xe9\\nimport asyncio"
    ),
    "cut in a letter": lambda text: text + b"\xe4\xb8",
}


def test_any_form_gets_what_it_earns_or_a_sentence(hand_in: HandIn, small_course: Path) -> None:
    """One class with all of them, so that what stops others shows."""
    expected: dict[str, float | None] = {}
    for name, (change, earned) in FORMS.items():
        hand_in(name, change, **RIGHT)
        expected[name] = earned
    for name, spoil in BYTES.items():
        path = hand_in(name, **RIGHT)
        path.write_bytes(spoil(path.read_bytes()))
        expected[name] = None
    hand_in("ada", **RIGHT)
    rows = grade(small_course, LESSON, level=LEVEL, workers=2)
    assert points(rows) == {**expected, "ada": 4}
    unread = {row.student: row for row in rows if expected.get(row.student, 4) is None}
    assert {row.state for row in unread.values()} == {State.UNREADABLE}
    assert all(row.why.endswith(".") and "\n" not in row.why for row in unread.values())
    assert "has more than 20 MiB" in unread["fifty megabytes"].why
    assert set(entered(small_course)) == {name for name, row in points(rows).items() if row}


# Killed


def below(process: subprocess.Popen[str], word: str) -> list[psutil.Process]:
    """Return the processes that a grader has started, and in whose command a word stands."""
    found = []
    for each in psutil.Process(process.pid).children(recursive=True):
        try:
            if word in " ".join(each.cmdline()):
                found.append(each)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


@contextmanager
def grading(course: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    process = start_grading(course, *options)
    try:
        yield process
    finally:
        end(process)


def test_a_worker_that_is_told_to_end_costs_nobody_a_grade(
    hand_in: HandIn, small_course: Path
) -> None:
    """As `kill` does; `kill -9` is in test_states.py."""
    hand_in("s01", **WRONG)
    hand_in("s03", **SLOW)
    with grading(small_course, "--workers", "2") as grader:
        until(lambda: below(grader, "looplab.subject.forking"))
        for server in below(grader, "forkserver"):
            for worker in server.children():
                worker.terminate()
        out, err = grader.communicate(timeout=240)
    assert grader.returncode == 0, out + err
    assert entered(small_course) == {"s01": 3, "s03": 4}


@pytest.mark.parametrize("sign", ["SIGKILL", "SIGTERM"])
def test_a_subject_that_is_killed_costs_nobody_a_grade(
    hand_in: HandIn, small_course: Path, sign: str
) -> None:
    """A machine that is short of memory does so, and so does who tidies up."""
    hand_in("s03", **SLOW)
    hand_in("s04", **{**RIGHT, "twice": "import os\ndef twice(n):\n    os._exit(0)"})
    killed = []
    with grading(small_course, "--workers", "1") as grader:
        until(lambda: "s03" in at_work(small_course))
        until(lambda: subjects_that_wait(grader))
        for each in subjects_that_wait(grader):
            each.send_signal(getattr(signal, sign))
            killed.append(each)
        out, err = grader.communicate(timeout=240)
    assert killed
    assert grader.returncode == 0, out + err
    # Who ends its own process does so again, and loses that exercise.
    assert entered(small_course) == {"s03": 4, "s04": 3}


def at_work(course: Path) -> set[str]:
    work = course / "autograder" / ".grading"
    return {path.parent.name for path in work.glob(f"*~*/*/{LESSON}")}


def subjects_that_wait(grader: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the innermost processes of subjects that have run for a second: s03's, which waits."""
    found = below(grader, "looplab.subject.forking")
    return [each for each in found if time.time() - each.create_time() > 1.5]


# The machine


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder; root may, whatever its mode says, so root mounts it so."""
    if os.getuid():
        before = folder.stat().st_mode
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(before)
        return
    bind = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if bind.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
@pytest.mark.parametrize("name", ["autograded", ".grading", "submitted"])
def test_a_read_only_folder_costs_no_grade(hand_in: HandIn, small_course: Path, name: str) -> None:
    hand_in("ada", **RIGHT)
    folder = small_course / "autograder" / name
    folder.mkdir(exist_ok=True)
    with read_only(folder):
        try:
            rows = points(grade(small_course, LESSON, level=LEVEL))
        except (GradingError, OSError):
            rows = {"ada": None}
    assert rows == {"ada": 4 if name == "submitted" else None}
    assert points(grade(small_course, LESSON, level=LEVEL)) == {"ada": 4}
    assert entered(small_course) == {"ada": 4}


def test_a_full_disk_costs_no_grade(hand_in: HandIn, small_course: Path, tmp_path: Path) -> None:
    hand_in("ada", **RIGHT)
    hand_in("bob", **WRONG)
    disk = tmp_path / "small disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts a small disk")
    try:
        course = disk / "course"
        shutil.copytree(small_course, course)
        # What is sound is remembered: that, too, wants a place.
        grade(course, LESSON, level=LEVEL, students=["bob"])
        full = pytest.raises(OSError, match="No space left")
        with (disk / "filler").open("wb", buffering=0) as filler, full:
            while True:
                filler.write(bytes(2**12))
        try:
            found = points(grade(course, LESSON, level=LEVEL))
        except (GradingError, OSError):
            found = {"ada": None, "bob": 3}
        assert found == {"ada": None, "bob": 3}
        (disk / "filler").unlink()
        assert points(grade(course, LESSON, level=LEVEL)) == {"ada": 4, "bob": 3}
        assert entered(course) == {"ada": 4, "bob": 3}
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_clock_that_jumps_changes_no_grade(
    hand_in: HandIn, small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a machine sets its clock by the network's; what examines counts seconds itself."""
    hand_in("ada", **RIGHT)
    hand_in("bob", **WRONG)
    real, jumps = time.time, iter(range(10**9))

    def jumping() -> float:
        return real() + (-1) ** next(jumps) * 86_400

    monkeypatch.setattr(time, "time", jumping)
    rows = grade(small_course, LESSON, level=LEVEL, workers=1)
    assert points(rows) == {"ada": 4, "bob": 3}
    for path in submission(small_course, "ada").parent.iterdir():
        os.utime(path, (0, 2**33))
    assert {row.status for row in grade(small_course, LESSON, level=LEVEL)} == {"kept"}


def test_a_secret_that_changes_while_nobody_looks_is_told(
    hand_in: HandIn, small_course: Path
) -> None:
    hand_in("ada", **RIGHT)
    grade(small_course, LESSON, level=LEVEL)
    secret = small_course / "autograder" / ".looplab_secret"
    before = secret.read_bytes()
    secret.unlink()
    with pytest.raises(GradingError, match=r"bring back the file that belongs to it"):
        grade(small_course, LESSON, level=LEVEL, dry_run=True)
    (row,) = grade(small_course, LESSON, level=LEVEL, dry_run=True, new_secret=True)
    assert (row.state, row.why) == (State.STALE, "the secret changed")
    secret.write_bytes(before)
    (row,) = grade(small_course, LESSON, level=LEVEL)
    assert row.status == "kept"


def test_a_stamp_that_is_half_written_is_none(hand_in: HandIn, small_course: Path) -> None:
    """A graded notebook that a backup or an editor has cut off is no grade."""
    hand_in("ada", **RIGHT)
    grade(small_course, LESSON, level=LEVEL)
    graded = small_course / "autograder" / "autograded" / "ada" / LESSON / f"{LESSON}.ipynb"
    graded.chmod(0o644)
    text = graded.read_text(encoding="utf-8")
    graded.write_text(text[: len(text) // 2], encoding="utf-8")
    (row,) = grade(small_course, LESSON, level=LEVEL)
    assert (row.status, row.points) == ("graded", 4)
    assert json.loads(graded.read_text(encoding="utf-8"))["metadata"]["looplab"]["submission"]
