"""The report on lessons, for people, for spreadsheets and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.settings import Settings, nbgrader_folder, read_settings, undisturbed
from loopgrade.classroom.converter import Grading, grading
from loopgrade.classroom.nbgrader_export import harmless
from loopgrade.classroom.states import NoLesson
from loopgrade.classroom.workers import reason
from loopgrade.desk.mistakes import Known, known_mistakes
from loopgrade.desk.page import page
from loopgrade.desk.record import Record, record_of
from loopgrade.desk.roster import known_students
from loopgrade.steps.cells import exercise_of
from looplab.pictures.describing import one_line

Form = Literal["html", "csv", "json", "text"]
FORMS: tuple[Form, ...] = ("html", "csv", "json", "text")


class ReportError(Exception):
    """There is nothing to report on; the text says what to do."""


def report(
    course: Path,
    lesson: str,
    form: Form,
    *,
    with_bank: bool = True,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Iterator[str]:
    """Yield the report on a lesson, or on all of them, part after part.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name, or `all`.
        form: what it is for: `html` for a browser, `csv` for a spreadsheet, `json` for a
            program, `text` for a terminal.
        with_bank: whether mistakes get the names that the answer bank has for them; it is
            examined for that, which takes some seconds for each lesson the first time.
        progress: told how many of the bank's answers are examined, of how many.

    Raises:
        ReportError: there is no such lesson, or the gradebook is locked.

    Example:
        Path("report.html").write_text("".join(report(Path("."), "all", "html")), "utf-8")
    """
    settings = read_settings(nbgrader_folder(course))
    with undisturbed():
        try:
            records = _records(course, settings, lesson, with_bank, progress)
            yield from {"html": page, "csv": as_csv, "json": as_json, "text": as_text}[form](
                records
            )
        except NoLesson as error:
            raise ReportError(str(error)) from None
        except SQLAlchemyError as error:
            raise ReportError(
                f"The gradebook cannot be read ({reason(error)}); when nothing else writes to it, "
                "give the same command again."
            ) from error


def _records(
    course: Path,
    settings: Settings,
    lesson: str,
    with_bank: bool,
    progress: Callable[[int, int, str], None],
) -> Iterator[Record]:
    """Yield a record for each lesson that is asked for; none is kept."""
    grader = grading(settings.root, settings.config)
    folder = grader.coursedir
    names = {each.id: each.name for each in known_students(folder.db_url, folder.course_id)}
    for name in _lessons(grader) if lesson == "all" else [lesson]:

        def ask(lost: Mapping[str, set[str]], name: str = name) -> Sequence[Known]:
            return known_mistakes(course, name, lost, progress=progress) if with_bank else ()

        yield record_of(grader.register(name), names, _common(course, name), ask)


def _lessons(grader: Grading) -> list[str]:
    folder = grader.coursedir
    with Gradebook(folder.db_url, folder.course_id) as gradebook:
        found = [each.name for each in gradebook.assignments]
    if not found:
        raise NoLesson(
            "The gradebook knows no lesson; run `looplab build` first, "
            "or nbgrader's generate_assignment."
        )
    return sorted(found)


def _common(course: Path, lesson: str) -> list[str]:
    """Return the answers of the bank: who has one of these has copied from nobody."""
    folder = course / "autograder" / "answers" / lesson
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*/*.py"))]


# For spreadsheets and programs

# fmt: off
COLUMNS = (
    "lesson", "student", "name", "exercise", "state", "why", "points", "of", "late_seconds",
    "penalty", "final", "reasons", "flags", "seen", "odd", "isolation", "looplab", "python",
    "secret", "tests", "beside",
)
# fmt: on


def rows(record: Record) -> Iterator[dict[str, Any]]:
    """Yield a row for each student and exercise, and before them one for the whole lesson.

    What is not graded has no points: they are None, and not 0. The exercise of the row for
    the whole lesson is empty, and it alone has the penalty and what counts in the end.
    """
    for line in record.lines:
        row, graded = line.row, bool(line.row.scores)
        tests = line.stamp.get("tests", {})
        common = {
            "lesson": record.lesson,
            "student": row.student,
            "name": line.name,
            "state": str(row.state),
            "isolation": row.isolation,
            "looplab": line.stamp.get("version", ""),
            "python": line.stamp.get("python", ""),
            "secret": line.stamp.get("secret", ""),
        }
        yield {
            **common,
            "exercise": "",
            "why": row.why,
            "points": row.points if graded else None,
            "of": row.of if graded else None,
            "late_seconds": row.late if graded else None,
            "penalty": row.penalty if graded else None,
            "final": row.final if graded else None,
            "reasons": [],
            "flags": [],
            "seen": "",
            "odd": list(line.odd),
            "tests": {},
            "beside": [],
        }
        for score in row.scores:
            mine = {id: told for id, told in tests.items() if exercise_of(id) == score.exercise}
            yield {
                **common,
                "exercise": score.exercise,
                "points": score.points,
                "of": score.of,
                "reasons": list(score.lost),
                "flags": list(row.flags.get(score.exercise, ())),
                "seen": str(line.seen.get(score.exercise, "")),
                "tests": mine,
                "beside": [id for id in row.beside if exercise_of(id) == score.exercise],
            }


def as_csv(records: Iterable[Record]) -> Iterator[str]:
    """Yield the rows of `rows` as CSV, which no spreadsheet takes for formulas."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for record in records:
        for row in rows(record):
            writer.writerow({key: harmless(_in_a_cell(value)) for key, value in row.items()})
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _in_a_cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={each}" for key, each in value.items())
    return "; ".join(value) if isinstance(value, list) else value


def as_json(records: Iterable[Record]) -> Iterator[str]:
    """Yield a list of JSON: of each lesson the rows, the failures, the mistakes and the alike."""
    yield "["
    for count, record in enumerate(records):
        told = {
            "lesson": record.lesson,
            "rows": list(rows(record)),
            "failures": [
                {"test": each.test, "failed": each.failed, "of": each.of}
                for each in record.failures
            ],
            "mistakes": [
                {
                    "exercise": each.exercise,
                    "students": each.students,
                    "tests": each.tests,
                    "bank": each.named,
                    "exactly": each.sure,
                    "happened": each.said,
                }
                for each in record.mistakes
            ],
            "alike": [
                {"exercise": each.exercise, "students": each.students, "how": each.how}
                for each in record.alike
            ],
        }
        yield ("," if count else "") + "\n" + json.dumps(told, indent=1)
    yield "\n]\n"


# For a terminal


def as_text(records: Iterable[Record]) -> Iterator[str]:
    """Yield what the class has not understood, and what is odd, in lines."""
    for record in records:
        yield f"{record.lesson}\n"
        # What a student has named may hold what a terminal obeys.
        yield from (f"  {one_line(line, 300)}\n" for line in _lines(record))


def _lines(record: Record) -> Iterator[str]:
    if not any(each.of for each in record.failures):
        yield "nobody is graded"
    else:
        yield from (f"{e.failed} of {e.of} failed {e.test}" for e in record.failures)
    yield from (f"{each.exercise}: {each}" for each in record.mistakes)
    yield from (f"{line.row.student}: {each}" for line in record.lines for each in line.odd)
    yield from (f"{e.exercise}: {e.how}: {', '.join(e.students)}" for e in record.alike)
