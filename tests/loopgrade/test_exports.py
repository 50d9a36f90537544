"""Grades go out to Canvas and Moodle in files that these have written; nothing else changes."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from small import LESSON, RIGHT

from loopgrade.classroom.batch import grade
from loopgrade.examination import sandbox

pytestmark = pytest.mark.slow

HandIn = Callable[..., Path]
LEVEL = sandbox.strongest()
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (6),01 small (7),Current Score\r\n"
    "    Points Possible,,,,,10.00,4.00,(read only)\r\n"
    '"Doe, Ada",101,x1,ada,"A, B",9.00,,90.00\r\n'
    '"Roe, Bob",102,x2,bob@uni,A,,3.50,\r\n'
    '"Poe, Cy",103,x3,cy,A,,,\r\n'
    '"Student, Test",104,,,A,,,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    'Participant 21,Ada Doe,ada@example.org,Submitted,,"100,00",Yes,-,-,"<p>Well, ""done""</p>"\r\n'
    'Participant 22,Somebody,bob@example.org,Submitted,"12,00","100,00",Yes,-,-,\r\n'
    'Participant 23,Cy Poe,cy@example.org,No submission,,"100,00",Yes,-,-,\r\n'
    'Participant 24,Dan Moe,,Submitted,"1,00","100,00",No,-,-,\r\n'
    'Participant 25,Eve Foe,,Submitted,,"100,00",Yes,-,-,\r\n'
)


@pytest.fixture
def graded(hand_in: HandIn, small_course: Path) -> Path:
    """Ada has 4 of 4, Bob 3, Dan 4; Cy has handed in nothing that can be graded."""
    hand_in("ada", **RIGHT)
    hand_in("bob", **{**RIGHT, "twice": "def twice(n):\n    return 42"})
    hand_in("cy")
    hand_in("dan", **RIGHT)
    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        for id, first, last, number in (
            ("ada", "Ada", "Doe", "101"),
            ("bob", "=Bob", "Roe", "102"),
            ("cy", "Cy", "Poe", ""),
            ("dan", "Dan", "Moe", ""),
        ):
            email = f"{id}@example.org"
            book.update_or_create_student(
                id, first_name=first, last_name=last, email=email, lms_user_id=number
            )
    grade(small_course, LESSON, level=LEVEL)
    config = small_course / "autograder" / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    return small_course


def export(course: Path, plugin: str, *words: str) -> tuple[int, str]:
    """Run `nbgrader export`; return the exit status, and what it said without its times."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "nbgrader",
            "export",
            f"--exporter=loopgrade.desk.exports.{plugin}",
            *words,
        ],
        cwd=course / "autograder",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, re.sub(r"\[\w+ \| (WARNING|ERROR)\] ", r"\1 ", done.stderr)


def test_canvass_own_file_comes_back_with_our_grades_and_no_other_change(graded: Path) -> None:
    into = graded / "autograder" / "from canvas.csv"
    into.write_bytes(CANVAS.encode("utf-8-sig"))
    status, said = export(graded, "ForCanvas", f"--ForCanvas.into={into}", "--to=out.csv")
    assert status == 0, said
    expected = CANVAS.replace('"A, B",9.00,,', '"A, B",9.00,4.00,').replace(
        ",A,,3.50,", ",A,,3.00,"
    )
    assert (graded / "autograder" / "out.csv").read_bytes() == expected.encode("utf-8-sig")
    assert "Student, Test is not in the roster" in said
    assert "Not in the platform's file: dan." in said


def test_what_canvas_counts_differently_is_scaled(graded: Path) -> None:
    into = graded / "autograder" / "c.csv"
    text = CANVAS.replace(",01 small (7)", ",Homework (7)").replace("10.00,4.00,", '10.00,"10,00",')
    into.write_text(text, encoding="utf-8", newline="")
    status, said = export(graded, "ForCanvas", f"--ForCanvas.into={into}")
    assert status == 0
    assert "c.csv has no column '01_small'; make the assignment in Canvas" in said
    assert (graded / "autograder" / "canvas.csv").read_text(
        "utf-8"
    ).splitlines() == text.splitlines()
    column = f"--ForCanvas.columns={LESSON}=Homework"
    status, said = export(graded, "ForCanvas", f"--ForCanvas.into={into}", column)
    assert status == 0, said
    assert "Homework (7) counts to 10 and not to 4: grades are scaled." in said
    with (graded / "autograder" / "canvas.csv").open(encoding="utf-8", newline="") as file:
        grades = [row["Homework (7)"] for row in csv.DictReader(file)]
    assert grades == ["10,00", "10,00", "7,50", "", ""]


def test_without_a_file_canvas_gets_a_new_one(graded: Path) -> None:
    assert export(graded, "ForCanvas", "--to=new.csv")[0] == 0
    assert (graded / "autograder" / "new.csv").read_text(encoding="utf-8") == (
        "Student,ID,SIS User ID,SIS Login ID,Section,01_small\n"
        "    Points Possible,,,,,4\n"
        '"Doe, Ada",101,,ada,,4.00\n'
        '"Moe, Dan",,,dan,,4.00\n'
        '"Poe, Cy",,,cy,,\n'
        '"Roe, =Bob",102,,bob,,3.00\n'
    )


def test_moodles_worksheet_comes_back_with_our_grades_and_no_other_change(graded: Path) -> None:
    into = graded / "autograder" / "m.csv"
    into.write_text(MOODLE, encoding="utf-8", newline="")
    words = (f"--ForMoodle.into={into}", "--to=out.csv", f'--assignment=["{LESSON}"]')
    status, said = export(graded, "ForMoodle", *words)
    assert status == 0, said
    expected = MOODLE.replace("org,Submitted,,", 'org,Submitted,"100,00",').replace(
        "12,00", "75,00"
    )
    assert (graded / "autograder" / "out.csv").read_bytes() == expected.encode()
    assert "Grade counts to 100 and not to 4: grades are scaled." in said
    assert "dan: Moodle lets nobody change the grade; it stays." in said
    assert "Eve Foe is not in the roster" in said


@pytest.mark.parametrize(
    ("plugin", "text", "told"),
    [
        ("ForMoodle", None, "Give the worksheet of Moodle's assignment"),
        ("ForMoodle", "a,b\n1,2\n", "has no column `Identifier`"),
        ("ForMoodle", "Identifier,Full name\nParticipant 1,Ada Doe\n", "has no columns `Grade`"),
        ("ForCanvas", "a,b\n1,2\n", "has no columns `Student` and `ID`"),
        ("ForCanvas", "", "is empty"),
        ("ForCanvas", CANVAS.replace("10.00,4.00", "10.00,(read only)"), "is read only in Canvas"),
    ],
)
def test_a_wrong_file_is_one_sentence(
    small_course: Path, plugin: str, text: str | None, told: str
) -> None:
    into = small_course / "autograder" / "in.csv"
    words = []
    if text is not None:
        into.write_text(text, encoding="utf-8")
        words = [f"--{plugin}.into={into}"]
    status, said = export(small_course, plugin, "--to=out.csv", *words)
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith("ERROR")] == [
        line for line in said.splitlines() if told in line
    ]
    assert told in said
    assert not (small_course / "autograder" / "out.csv").exists()
