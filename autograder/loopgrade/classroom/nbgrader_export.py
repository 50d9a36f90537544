"""What `nbgrader export` writes: nbgrader's columns, and the state of each submission.

nbgrader's own export has 0.0 for what is not graded. Here such a score is empty, and a
last column says why.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin

from loopgrade.classroom.dates import goes_out
from loopgrade.classroom.rows import row_of
from loopgrade.classroom.states import Register

# fmt: off
COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "state", "why",
)
# fmt: on


class GradesWithStates(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """The grades as CSV; a score that is not there is empty."""

    def export(self, gradebook: Any) -> None:
        """Write the grades to `--to`, or to grades.csv."""
        folder = self.parent.coursedir
        # The command line gives numbers where a name is one.
        lessons, students = {*map(str, self.assignment)}, {*map(str, self.student)}
        with Path(self.to or "grades.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for assignment in gradebook.assignments:
                if not goes_out(self.config, assignment.name, lessons):
                    continue
                register = Register.read(folder, assignment.name, self._level())
                submissions = {each.student_id: each for each in assignment.submissions}
                for student in gradebook.students:
                    if not students or student.id in students:
                        submission = submissions.get(student.id)
                        told = (
                            _common(assignment, student)
                            | {"timestamp": submission.timestamp if submission else None}
                            | _grade(register, student.id)
                        )
                        writer.writerow({key: harmless(value) for key, value in told.items()})

    def _level(self) -> Any:
        return self.config.Examine.get("isolation", "bubblewrap")


def harmless(value: Any) -> Any:
    """Return a value that a spreadsheet takes for what it is, and never for a formula.

    >>> print(harmless("=1+1"), harmless("ada"), harmless(-1.0))
    '=1+1 ada -1.0
    """
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


def _common(assignment: Any, student: Any) -> dict[str, Any]:
    return {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "max_score": assignment.max_score,
    }


def _grade(register: Register, student: str) -> dict[str, Any]:
    submission = register.submission(student)
    told = {"state": str(submission.state), "why": submission.why}
    entry = register.book.entries.get(student)
    if entry is None or not submission.results:
        return told
    row = row_of(submission, entry)
    return told | {
        "raw_score": row.points,
        "late_submission_penalty": row.penalty,
        "score": row.final,
    }
