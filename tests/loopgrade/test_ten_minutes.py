"""docs/ten_minutes.md, command by command, with a class of 12 that is made of the answer bank."""

import csv
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from loopgrade.authoring.lesson import read_lesson
from loopgrade.bank.demo import hand_in, students_of
from loopgrade.bank.verify import read_answers
from loopgrade.examination import sandbox

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ten_minutes.md").read_text(encoding="utf-8")
LESSON = "01_coroutines"
SIZE = 12

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sandbox.strongest() != "bubblewrap", reason="the page asks for bubblewrap"),
]


def commands() -> list[str]:
    """Return the commands of the page, in their order, up to the calendar of the term."""
    typed = PAGE.partition("## The calendar")[0]
    return re.findall(r"^    (\S.*)$", typed, flags=re.MULTILINE)


def from_moodle(course: Path, hands: Path) -> dict[str, float]:
    """Lay down what a teacher downloads and has of the class; return what each has to earn."""
    lesson = read_lesson(course / "autograder" / "lessons" / f"{LESSON}.py")
    found = students_of(lesson, read_answers(course, lesson))
    right = [each for each in found if each.right]
    wrong = [each for each in found if not each.right and "-stub-" not in each.name]
    worth = sum(test.points for exercise in lesson.exercises for test in exercise.tests)
    release = course / "autograder" / "release" / LESSON / f"{LESSON}.ipynb"
    sheet = ["Identifier,Full name,Status,Grade,Maximum Grade,Last modified (submission)"]
    roster, earned = ["id,name,email"], {}
    with zipfile.ZipFile(course / "submissions.zip", "w") as archive:
        for number in range(1, SIZE + 1):
            chosen = (right if number % 3 else wrong)[number]
            path = hand_in(release, hands / str(number), LESSON, chosen)
            name = f"Student {number}"
            archive.write(path, f"{name}_{number}_assignsubmission_file/{LESSON}.ipynb")
            when = '"Friday, 9 October 2026, 10:00 AM"'
            sheet.append(f"Participant {number},{name},Submitted,,{worth:.2f},{when}")
            roster.append(f"s{number:02},{name},s{number}@example.org")
            earned[f"Participant {number}"] = worth if chosen.right else -1
    (course / "worksheet.csv").write_text("\n".join(sheet) + "\n", encoding="utf-8")
    (course / "class.csv").write_text("\n".join(roster) + "\n", encoding="utf-8")
    return earned


def test_the_commands_make_a_course_and_give_its_class_grades_and_feedback(tmp_path: Path) -> None:
    typed = commands()
    assert len(typed) <= 10
    here, course = ROOT, tmp_path / "my-course"
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)}
    earned: dict[str, float] = {}
    for command in typed:
        if command.startswith("cd "):
            here = here / command.removeprefix("cd ")
            continue
        if command.startswith("looplab collect"):
            earned = from_moodle(course, tmp_path / "hands")
        # The page's teacher stands in the clone, which a test leaves alone.
        command = command.replace(" my-course", f" '{course}'")
        here = course if here == ROOT / "my-course" else here
        done = subprocess.run(
            command, cwd=here, shell=True, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert f"{LESSON}</h" in (course / "report.html").read_text(encoding="utf-8")
    with zipfile.ZipFile(course / "feedback.zip") as archive:
        assert len(archive.namelist()) == SIZE
    with (course / "grades.csv").open(encoding="utf-8", newline="") as file:
        grades = {row["Identifier"]: float(row["Grade"]) for row in csv.DictReader(file)}
    most = max(earned.values())
    assert {name for name, points in grades.items() if points == most} == {
        name for name, points in earned.items() if points == most
    }
    assert len(grades) == SIZE
