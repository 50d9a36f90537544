"""No submission without a true state: whatever was killed, changed or handed in oddly."""

import csv
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from small import LESSON, RIGHT, submission

from loopgrade.authoring.build import build
from loopgrade.authoring.settings import read_settings, undisturbed
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()


def slow(seconds: int) -> dict[str, str]:
    """Return right answers that take real time: a test has time to kill who grades them."""
    wait = f"import select\nselect.select([], [], [], {seconds})\n"
    return {**RIGHT, "twice": wait + RIGHT["twice"]}


WRONG = {**RIGHT, "twice": "def twice(n):\n    return 42"}

HandIn = Callable[..., Path]
Table = dict[str, str]


def start(course: Path, *words: str) -> subprocess.Popen[str]:
    """Start `looplab` or `nbgrader`, as in a shell."""
    program, *arguments = words
    module = {"looplab": "loopgrade.cli", "nbgrader": "nbgrader"}[program]
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=course / "autograder",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Let Ctrl+C reach what is started here, also where it is ignored: a shell's `&` does that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def run(course: Path, *words: str) -> tuple[int, str, str]:
    process = start(course, *words)
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def grade(course: Path, *options: str) -> tuple[int, Table, str]:
    """Grade the class; return the exit status, each student's line, and all that was said."""
    status, out, err = run(course, "looplab", "grade", LESSON, "--isolation", LEVEL, *options)
    lines = {line.split()[0]: line for line in out.splitlines() if line.split()}
    return status, lines, out + err


def export(course: Path) -> dict[str, dict[str, str]]:
    """Return what `nbgrader export` says of each student."""
    status, _, err = run(course, "nbgrader", "export", "--to=grades.csv")
    assert status == 0, err
    with (course / "autograder" / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def until(holds: Callable[[], Any], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def at_work_on(course: Path, student: str) -> Callable[[], bool]:
    """Return what says whether a grader has a student's notebook in hand."""
    work = course / "autograder" / ".grading"
    return lambda: any(work.glob(f"*/{student}/{LESSON}"))


@pytest.fixture
def gradebook(small_course: Path) -> Iterator[Any]:
    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        yield book


def set_by_hand(gradebook: Any, student: str, test: str, score: float) -> None:
    grade = gradebook.find_grade(test, LESSON, LESSON, student)
    grade.manual_score, grade.needs_manual_grade = score, False
    gradebook.db.commit()


def mend(course: Path, old: str, new: str) -> None:
    """Change the lesson, and build it again."""
    path = course / "autograder" / "lessons" / f"{LESSON}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    build(course)


# Killed


def start_grading(course: Path, *options: str) -> subprocess.Popen[str]:
    """Grade the class, and come back when s03 is in hand."""
    grader = start(course, "looplab", "grade", LESSON, "--isolation", LEVEL, *options)
    until(at_work_on(course, "s03"))
    return grader


@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
def test_a_grader_that_was_killed_leaves_nothing_false(
    hand_in: HandIn, small_course: Path, workers: tuple[str, ...]
) -> None:
    hand_in("s01", **RIGHT)
    hand_in("s02", **WRONG)
    hand_in("s03", **slow(4))
    grader = start_grading(small_course, *workers)
    grader.kill()
    grader.communicate(timeout=30)
    assert export(small_course).get("s03", {"score": ""})["score"] == ""

    status, lines, told = grade(small_course)

    assert status == 0, told
    assert "4/4" in lines["s03"] and "graded" in lines["s03"], told
    scores = {name: row["score"] for name, row in export(small_course).items()}
    assert scores == {"s01": "4.0", "s02": "3.0", "s03": "4.0"}


@pytest.mark.parametrize("workers", [(), ("--workers", "2")])
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_grader_stops_at_once_and_says_how_to_go_on(
    hand_in: HandIn, small_course: Path, sign: int, workers: tuple[str, ...]
) -> None:
    hand_in("s01", **RIGHT)
    hand_in("s03", **slow(28))
    grader = start_grading(small_course, *workers)
    since = time.monotonic()
    grader.send_signal(sign)
    _, err = grader.communicate(timeout=60)
    # A second where nothing else runs; but it does not wait for the student's code.
    assert time.monotonic() - since < 22
    assert grader.returncode == 130
    assert "Give the same command again to go on." in err
    assert "Traceback" not in err
    assert not list((small_course / "autograder" / ".grading").glob(f"{LESSON}~*"))
    assert export(small_course).get("s03", {"score": ""})["score"] == ""


@pytest.mark.parametrize("again", ["looplab", "nbgrader"])
def test_a_killed_nbgrader_leaves_nothing_false(
    hand_in: HandIn, small_course: Path, again: str
) -> None:
    hand_in("s03", **slow(4))
    isolation = f"--Examine.isolation={LEVEL}"
    grader = start(small_course, "nbgrader", "autograde", LESSON, isolation)
    until(at_work_on(small_course, "s03"))
    grader.kill()
    grader.communicate(timeout=30)
    assert export(small_course).get("s03", {"score": ""})["score"] == ""
    if again == "looplab":
        assert grade(small_course)[0] == 0
    else:
        status, _, err = run(small_course, "nbgrader", "autograde", LESSON, isolation)
        assert status == 0, err
    assert export(small_course)["s03"]["score"] == "4.0"


def test_one_grades_and_the_other_says_who_does(hand_in: HandIn, small_course: Path) -> None:
    hand_in("s03", **slow(4))
    one = start_grading(small_course)
    one.send_signal(signal.SIGSTOP)  # it stays at work, however long the others take to start
    status, lines, told = grade(small_course)
    assert status == 1
    assert f"{LESSON} is being graded by process {one.pid} on " in told
    assert "s03" not in lines
    isolation = f"--Examine.isolation={LEVEL}"
    status, _, err = run(small_course, "nbgrader", "autograde", LESSON, isolation)
    assert status != 0
    assert f"is being graded by process {one.pid}" in err
    one.send_signal(signal.SIGCONT)
    out, _ = one.communicate(timeout=120)
    assert one.returncode == 0
    assert "4/4" in out


def test_a_worker_that_dies_costs_nobody_a_grade(hand_in: HandIn, small_course: Path) -> None:
    hand_in("s01", **RIGHT)
    hand_in("s02", **WRONG)
    hand_in("s03", **slow(4))
    grader = start_grading(small_course, "--workers", "2")
    workers: list[psutil.Process] = []

    def are_at_work() -> bool:
        started = psutil.Process(grader.pid).children()
        workers[:] = [
            worker
            for server in started
            if "forkserver" in " ".join(server.cmdline())
            for worker in server.children()
        ]
        return len(workers) == 2

    until(are_at_work)
    for worker in workers:
        worker.kill()
    out, err = grader.communicate(timeout=120)
    assert grader.returncode == 0, out + err
    assert out.count("graded") == 3
    scores = {name: row["score"] for name, row in export(small_course).items()}
    assert scores == {"s01": "4.0", "s02": "3.0", "s03": "4.0"}


def test_formgrader_goes_the_same_way(hand_in: HandIn, small_course: Path) -> None:
    path = hand_in("ada", **WRONG)
    hand_in("stub")
    settings = read_settings(small_course / "autograder")
    settings.config.Examine.isolation = LEVEL
    log = logging.Logger("nbgrader")
    with undisturbed():
        folder = CourseDirectory(config=settings.config, log=log, root=settings.root)
        api = NbGraderAPI(folder, config=settings.config, log=log)
        assert api.autograde(LESSON, "ada", force=False)["success"]
        path.write_text(path.read_text().replace("return 42", "return n + n"))
        assert api.autograde(LESSON, "ada", force=False)["success"]
        told = api.autograde(LESSON, "stub")
        assert not told["success"]
        assert "stub: not attempted: no answer was changed." in told["log"]
    found = export(small_course)
    assert (found["ada"]["score"], found["ada"]["state"]) == ("4.0", "graded")
    assert "kept" in grade(small_course)[1]["ada"]


def test_nbgrader_stops_tidily_too(hand_in: HandIn, small_course: Path) -> None:
    hand_in("s03", **slow(28))
    isolation = f"--Examine.isolation={LEVEL}"
    grader = start(small_course, "nbgrader", "autograde", LESSON, isolation)
    until(at_work_on(small_course, "s03"))
    since = time.monotonic()
    grader.terminate()
    _, err = grader.communicate(timeout=60)
    assert time.monotonic() - since < 22
    assert grader.returncode == 130
    assert "give the same command again to go on" in err
    assert not list((small_course / "autograder" / ".grading").glob(f"{LESSON}~*"))


def test_a_gradebook_that_is_locked_costs_no_grade(hand_in: HandIn, small_course: Path) -> None:
    hand_in("bob", **RIGHT)
    with closing(sqlite3.connect(small_course / "autograder" / "gradebook.db")) as other:
        other.execute("BEGIN IMMEDIATE")  # as who writes at the same time
        status, lines, told = grade(small_course)
        assert status == 1
        # With which secret it is graded, is written before the first grade.
        assert "database is locked" in told and "Traceback" not in told
        other.rollback()
        assert "4/4" in grade(small_course)[1]["bob"]
        hand_in("ada", **RIGHT)
        other.execute("BEGIN IMMEDIATE")
        status, lines, told = grade(small_course)
        assert status == 1
        assert "waiting: its grade could not be entered: " in lines["ada"]
        assert "database is locked" in lines["ada"]
        other.rollback()
        other.execute("BEGIN EXCLUSIVE")
        status, lines, told = grade(small_course)
        assert status == 1
        assert "The gradebook cannot be read" in told
        assert "Traceback" not in told
    assert "4/4" in grade(small_course)[1]["ada"]
    assert export(small_course)["ada"]["state"] == "graded"


# Changed


def test_who_hands_in_again_is_graded_again(hand_in: HandIn, small_course: Path) -> None:
    path = hand_in("ada", **WRONG)
    assert not (path.parent / "timestamp.txt").exists()
    assert "3/4" in grade(small_course)[1]["ada"]
    path.write_text(path.read_text().replace("return 42", "return n + n"))
    assert export(small_course)["ada"]["state"] == "stale"
    status, lines, told = grade(small_course)
    assert status == 0
    assert "4/4" in lines["ada"] and "graded" in lines["ada"]
    assert "ada gains 1 through twice-seven: 0 is now 1 of 1" in told
    assert export(small_course)["ada"]["score"] == "4.0"
    path.write_text(path.read_text().replace("return n + n", "return 42"))
    told = run(small_course, "nbgrader", "autograde", LESSON, f"--Examine.isolation={LEVEL}")
    assert told[0] == 0, told[2]
    assert export(small_course)["ada"]["score"] == "3.0"


def test_a_test_that_was_mended_is_told_and_tried_again(
    hand_in: HandIn, small_course: Path
) -> None:
    """It asked for more than the task does, and the reference happened to do that."""
    hand_in("ada", **{**RIGHT, "twice": "def twice(n):\n    print(n)\n    return n + n\n"})
    too_much = 'that(not run.output, expected="silence", happened="a word").returned(14,'
    mend(small_course, "returned(14,", too_much)
    assert "3/4" in grade(small_course)[1]["ada"]
    mend(small_course, too_much, "returned(14,")
    row = export(small_course)["ada"]
    assert (row["state"], row["why"]) == ("stale", "test twice-seven changed")

    status, lines, told = grade(small_course, "--dry-run")
    assert status == 0
    assert "ada gains 1 through twice-seven: 0 is now 1 of 1" in told
    assert "stale: test twice-seven changed" in lines["ada"]
    assert export(small_course)["ada"]["score"] == "3.0"

    assert "4/4" in grade(small_course)[1]["ada"]
    assert "kept" in grade(small_course)[1]["ada"]


def test_a_score_by_hand_that_hides_a_new_verdict_is_told(
    hand_in: HandIn, small_course: Path, gradebook: Any
) -> None:
    hand_in("ada", **WRONG)
    hand_in("bob", **WRONG)
    grade(small_course)
    set_by_hand(gradebook, "ada", "twice-seven", 1)
    mend(small_course, 'id="seven" points=1', 'id="seven" points=3')
    _, lines, told = grade(small_course)
    assert "ada keeps 1 by hand in twice-seven, where 0 is now 0 of 3" in told
    assert "Scores by hand above a new verdict: 1." in told
    gradebook.db.expire_all()
    waits = {
        name: gradebook.find_grade("twice-seven", LESSON, LESSON, name).needs_manual_grade
        for name in ("ada", "bob")
    }
    assert waits == {"ada": True, "bob": False}
    assert "4/6" in lines["ada"] and "3/6" in lines["bob"]


def test_a_test_may_be_added_when_submissions_exist(
    hand_in: HandIn, small_course: Path, gradebook: Any
) -> None:
    hand_in("ada", **RIGHT)
    hand_in("bob", **WRONG)
    grade(small_course)
    set_by_hand(gradebook, "bob", "twice-seven", 1)
    gradebook.find_comment("twice", LESSON, LESSON, "bob").manual_comment = "well tried"
    gradebook.db.commit()
    added = (
        '\n# %% exercise="twice" role="test" id="nine" points=2 name="doubles nine"\n'
        'run = observe(twice, 9)\nexpect(run).returned(18, hint="add it to itself")\n'
    )
    last = 'expect(run).returned(14, hint="add it to itself")\n'
    mend(small_course, last, last + added)
    assert export(small_course)["ada"]["why"] == "test twice-nine was added"
    status, lines, told = grade(small_course)
    assert status == 0, told
    assert "ada gains 2 through twice-nine: nothing is now 2 of 2" in told
    assert "6/6" in lines["ada"] and "4/6" in lines["bob"]
    gradebook.db.expire_all()
    comment = gradebook.find_comment("twice", LESSON, LESSON, "bob")
    assert comment.manual_comment == "well tried"
    assert gradebook.find_grade("twice-seven", LESSON, LESSON, "bob").manual_score == 1


def test_another_secret_is_seen_and_refused(hand_in: HandIn, small_course: Path) -> None:
    hand_in("ada", **RIGHT)
    grade(small_course)
    secret = small_course / "autograder" / ".looplab_secret"
    before = secret.read_text()
    secret.write_text("another")
    assert export(small_course)["ada"]["why"] == "the secret changed"
    status, _, told = grade(small_course)
    assert status == 1
    assert told.count("\n") == 1
    assert "is graded with the secret" in told and "bring back the file" in told
    status, _, err = run(small_course, "nbgrader", "autograde", LESSON)
    assert status == 1 and "bring back the file" in err
    assert export(small_course)["ada"]["score"] == "4.0"
    assert "graded" in grade(small_course, "--new-secret")[1]["ada"]
    assert grade(small_course)[0] == 0
    secret.write_text(before)
    assert grade(small_course)[0] == 1


def test_a_gradebook_from_a_backup_is_filled_again(hand_in: HandIn, small_course: Path) -> None:
    file = small_course / "autograder" / "gradebook.db"
    before = file.read_bytes()
    hand_in("ada", **RIGHT)
    grade(small_course)
    file.write_bytes(before)
    assert "graded" in grade(small_course)[1]["ada"]
    assert export(small_course)["ada"]["score"] == "4.0"


# Handed in oddly


def no_cells(notebook: Any) -> None:
    notebook["cells"] = []


def test_what_holds_no_work_is_not_0(hand_in: HandIn, small_course: Path) -> None:
    hand_in("stub")
    hand_in("empty", no_cells)
    copied = hand_in("copied")
    real = hand_in("elsewhere", **RIGHT)
    real.rename(copied.with_name(f"{LESSON}-Copy1.ipynb"))
    real.parent.rmdir()
    real.parent.parent.rmdir()
    hand_in("ada", **RIGHT)
    (submission(small_course, "nothing").parent).mkdir(parents=True)
    status, lines, _ = grade(small_course)
    assert status == 1
    assert "not attempted: no answer was changed." in lines["stub"]
    assert "not attempted: it has no cells" in lines["empty"]
    assert f"not attempted: {LESSON}-Copy1.ipynb beside it holds work" in lines["copied"]
    assert "not readable" in lines["nothing"]
    assert "4/4" in lines["ada"]
    rows = export(small_course)
    assert rows["ada"]["score"] == "4.0"
    for name in ("stub", "empty", "copied", "nothing"):
        assert rows.get(name, {"score": ""})["score"] == "", name


def test_work_in_a_cell_of_ones_own_is_work(hand_in: HandIn, small_course: Path) -> None:
    def below(notebook: Any) -> None:
        notebook["cells"].append(nbformat.v4.new_code_cell("def twice(n):\n    return 2 * n"))

    hand_in("ada", below)
    assert "kept" not in grade(small_course)[1]["ada"]
    assert export(small_course)["ada"]["state"] == "graded"


@pytest.mark.parametrize(
    "forged",
    [
        {"submission": "0" * 32},
        {"submission": [], "tests": 3, "flags": {}, "version": "", "python": ""},
        {"isolation": "none", "secret": "", "submission": "", "version": "", "python": "3"},
    ],
)
def test_a_stamp_of_a_students_is_none(
    hand_in: HandIn, small_course: Path, forged: dict[str, Any]
) -> None:
    """Also where a grader that knew no stamps has left the notebook, ungraded."""
    path = hand_in("eve", lambda notebook: notebook["metadata"].update(looplab=forged), **WRONG)
    left = small_course / "autograder" / "autograded" / "eve" / LESSON / path.name
    left.parent.mkdir(parents=True)
    left.write_bytes(path.read_bytes())
    status, lines, told = grade(small_course)
    assert status == 0, told
    assert "3/4" in lines["eve"] and "kept" not in lines["eve"]


def test_late_is_in_the_table(hand_in: HandIn, small_course: Path, gradebook: Any) -> None:
    path = hand_in("ada", **RIGHT)
    (path.parent / "timestamp.txt").write_text("2030-02-01 12:00:00 UTC")
    hand_in("bob", **RIGHT)
    spoilt = hand_in("eve", **RIGHT)
    (spoilt.parent / "timestamp.txt").write_text("last tuesday, I think")
    gradebook.update_or_create_assignment(LESSON, duedate=datetime(2030, 1, 31, 12))
    config = small_course / "autograder" / "nbgrader_config.py"
    config.write_text(
        config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n', encoding="utf-8"
    )
    status, lines, told = grade(small_course)
    assert status == 1, told
    assert "student" in lines, told
    assert lines["student"].split()[-4:] == ["points", "penalty", "final", "status"]
    assert lines["ada"].split()[3:6] == ["4/4", "4", "0"]
    assert lines["ada"].endswith("graded, 1 d late")
    assert lines["bob"].split()[3:6] == ["4/4", "0", "4"]
    assert "not readable: timestamp.txt is no date" in lines["eve"]
    assert {name: row["score"] for name, row in export(small_course).items()}["ada"] == "0.0"


def test_a_human_who_has_seen_it_need_not_look_twice(
    hand_in: HandIn, small_course: Path, gradebook: Any
) -> None:
    patched = f"import asyncio\nasyncio.to_thread = None\n{RIGHT['twice']}"
    hand_in("eve", **{**RIGHT, "twice": patched})
    assert "look at twice" in grade(small_course)[1]["eve"]
    assert export(small_course)["eve"]["state"] == "flagged"
    for each in gradebook.find_submission_notebook(LESSON, LESSON, "eve").grades:
        each.needs_manual_grade = False
    gradebook.db.commit()
    assert "kept, seen by a human" in grade(small_course)[1]["eve"]
    assert "graded, seen by a human" in grade(small_course, "--all")[1]["eve"]
    assert export(small_course)["eve"]["state"] == "seen by a human"


def test_serial_and_parallel_are_the_same(hand_in: HandIn, small_course: Path) -> None:
    for number in range(6):
        hand_in(f"s{number}", **(RIGHT if number % 2 else WRONG))
    autograded = small_course / "autograder" / "autograded"
    found = []
    for workers in ("1", "3"):
        status, lines, told = grade(small_course, "--workers", workers, "--all")
        assert status == 0, told
        notebooks = [path.read_bytes() for path in sorted(autograded.rglob("*.ipynb"))]
        assert len(notebooks) == 6
        points = {name: line.split()[:4] for name, line in lines.items() if name.startswith("s")}
        found.append((notebooks, points))
    assert found[0] == found[1]
    stamp = json.loads(found[0][0][0])["metadata"]["looplab"]
    assert {"submission", "tests", "secret", "version", "python", "isolation"} <= stamp.keys()
