"""A whole class in a temporary folder: submissions out of the answer bank, graded.

Each made-up student hands in one answer of the bank, and the reference solution of
every other exercise. So who gave a right answer must have all points, and who gave a
wrong one must have lost some.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from loopgrade.authoring.build import build
from loopgrade.authoring.lesson import Lesson
from loopgrade.authoring.regions import solution_text
from loopgrade.bank.verify import Answer, read_answers
from loopgrade.classroom.batch import grade
from loopgrade.classroom.rows import Row
from loopgrade.classroom.states import State
from loopgrade.classroom.table import table
from loopgrade.examination import sandbox


@dataclass(frozen=True)
class Student:
    """A made-up student.

    Attributes:
        name: names the answer that was handed in.
        answers: the text of each exercise's answer cell.
        right: whether all of them are right.
    """

    name: str
    answers: dict[str, str]
    right: bool


def students_of(lesson: Lesson, answers: list[Answer]) -> list[Student]:
    """Return a student for each answer of the bank."""
    reference = {each.name: solution_text(each.answer.source) for each in lesson.exercises}
    return [
        Student(
            f"{answer.exercise}-{answer.kind}-{answer.name}".replace("_", "-"),
            {**reference, answer.exercise: answer.source},
            answer.kind == "right",
        )
        for answer in answers
    ]


def hand_in(release: Path, submitted: Path, lesson: str, student: Student) -> Path:
    """Write a student's answers into a copy of the student notebook, and hand it in.

    Args:
        release: the student notebook.
        submitted: the folder for submissions.
        lesson: the lesson's name.
        student: who hands in.
    """
    notebook = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        told = cell.metadata.get("nbgrader", {})
        if told.get("solution") and told["grade_id"] in student.answers:
            cell.source = student.answers[told["grade_id"]]
    path = submitted / student.name / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path


def copy_course(course: Path, target: Path) -> None:
    """Copy what a course is made from, and nothing that grading made."""
    (target / "notebooks").mkdir(parents=True)
    (target / "autograder").mkdir()
    shutil.copy(course / "autograder" / "nbgrader_config.py", target / "autograder")
    for folder in ("lessons", "answers"):
        shutil.copytree(
            course / "autograder" / folder,
            target / "autograder" / folder,
            ignore=shutil.ignore_patterns("__pycache__"),
        )


def demo(course: Path, *, progress: Callable[[int, int, str], None]) -> int:
    """Build the course, hand in a class's answers, grade them and print the gradebook.

    Args:
        course: where the lessons and answers are; nothing is written there.
        progress: told how many are graded, of how many, and who is next.

    Returns:
        The exit status: 1 where a right answer lost points or a wrong one lost none.
    """
    level = sandbox.strongest()
    with tempfile.TemporaryDirectory(prefix="looplab-demo-") as folder:
        root = Path(folder) / "course"
        copy_course(course, root)
        misjudged = []
        for built in build(root):
            lesson = built.lesson
            class_ = students_of(lesson, read_answers(root, lesson))
            submitted = root / "autograder" / "submitted"
            for student in class_:
                hand_in(built.release, submitted, lesson.name, student)
            names = [student.name for student in class_]
            rows = grade(root, lesson.name, students=names, level=level, progress=progress)
            print(f"{lesson.name}\n{table(rows)}\n")
            right = {student.name for student in class_ if student.right}
            misjudged += [row for row in rows if not _as_expected(row, row.student in right)]
    print(f"isolation: {level}")
    diagnosis = sandbox.diagnose()
    if not diagnosis.works:
        print(f"  {diagnosis.problem} To mend it: {diagnosis.remedy}")
    for row in misjudged:
        print(f"judged wrongly: {row.student} has {row.points:g}/{row.of:g} {row.why}")
    return 1 if misjudged else 0


def _as_expected(row: Row, right: bool) -> bool:
    if row.state is State.NOT_ATTEMPTED:  # the stub, where a lesson has no other exercise
        return not right
    if not row.state.is_graded:
        return False
    return row.points == row.of if right else row.points < row.of
