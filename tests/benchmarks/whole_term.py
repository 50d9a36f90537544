"""The report on a whole term: python tests/benchmarks/whole_term.py [STUDENTS] [LESSONS].

Of each lesson some answers of the bank are graded, and these folders and marks are laid down again
until the class is as large as is asked for. Prints the seconds that `looplab report all` takes,
from the command to its end, and the most memory that it has, for the class and for a third of it.
The first report also examines the bank's wrong answers with the course's secret; that is
remembered.
"""

import argparse
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path

from loopgrade.authoring.build import build
from loopgrade.bank.demo import Student, copy_course, hand_in, students_of
from loopgrade.bank.verify import read_answers
from loopgrade.classroom.batch import grade

COURSE = Path(__file__).resolve().parents[2]
GRADED = 12
"""How many of each lesson are graded: each of a right answer, a wrong one, and so on."""

FORMS = ("html", "csv", "json")

MEASURED = """
import resource, runpy, sys
sys.argv = ["looplab", "report", "all", "--{form}", {to!r}]
try:
    runpy.run_module("loopgrade.cli", run_name="__main__")
finally:
    print("MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def graded_term(root: Path, lessons: int) -> None:
    """Build so many lessons of a course in `root`, and grade a few students in each."""
    copy_course(COURSE, root)
    for path in sorted((root / "autograder" / "lessons").glob("*.py"))[lessons:]:
        path.unlink()
    for built in build(root):
        name = built.lesson.name
        found = students_of(built.lesson, read_answers(root, built.lesson))
        chosen = found[:: max(1, len(found) // GRADED)][:GRADED]
        for number, each in enumerate(chosen):
            student = Student(f"s{number:04}", each.answers, each.right)
            hand_in(built.release, root / "autograder" / "submitted", name, student)
        grade(root, name, workers=os.cpu_count() or 1)


def grow(root: Path, size: int) -> None:
    """Lay down what was graded again, under new names, until there are `size` students."""
    folder = root / "autograder"
    known = sorted(each.name for each in (folder / "submitted").iterdir())
    with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook, gradebook:
        for number in range(len(known), size):
            old, new = known[number % GRADED], f"s{number:04}"
            for step in ("submitted", "autograded"):
                shutil.copytree(folder / step / old, folder / step / new)
            _copy_marks(gradebook, old, new)


def _copy_marks(gradebook: sqlite3.Connection, old: str, new: str) -> None:
    """Give a new student what the gradebook says of another."""
    gradebook.execute("INSERT INTO student (id) VALUES (?)", (new,))
    assignments = _copied(gradebook, "submitted_assignment", "student_id", {old: new})
    notebooks = _copied(gradebook, "submitted_notebook", "assignment_id", assignments)
    for table in ("grade", "comment"):
        _copied(gradebook, table, "notebook_id", notebooks)


def _copied(
    gradebook: sqlite3.Connection, table: str, column: str, ids: dict[str, str]
) -> dict[str, str]:
    """Copy the rows in which a column is one of `ids`, and return the new rows' ids by the old."""
    made = {}
    for old, new in ids.items():
        cursor = gradebook.execute(f"SELECT * FROM {table} WHERE {column} = ?", (old,))
        names = [each[0] for each in cursor.description]
        for row in cursor.fetchall():
            told = dict(zip(names, row, strict=True))
            made[told["id"]] = uuid.uuid4().hex
            told |= {"id": made[told["id"]], column: new}
            marks = ", ".join("?" * len(told))
            gradebook.execute(f"INSERT INTO {table} VALUES ({marks})", list(told.values()))
    return made


def measure(root: Path, form: str) -> tuple[float, float]:
    """Return the seconds and the MB that one report takes."""
    program = MEASURED.format(to=str(root / f"report.{form}"), form=form)
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - begun
    return seconds, float(re.findall(r"MB ([\d.]+)", done.stdout)[-1])


def main(students: int, lessons: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        graded_term(root, lessons)
        for size, forms in ((students // 3, ("html", *FORMS)), (students, FORMS)):
            grow(root, size)
            for form in forms:
                seconds, most = measure(root, form)
                told = f"report of {size} x {lessons}, {form}"
                print(f"{told:<26} {seconds:6.1f} s  {most:5.0f} MB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("students", type=int, nargs="?", default=300)
    parser.add_argument("lessons", type=int, nargs="?", default=14)
    main(**vars(parser.parse_args()))
