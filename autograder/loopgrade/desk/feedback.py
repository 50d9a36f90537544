"""Feedback for a whole class: each gets a page, teachers get a list of them, platforms a zip."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.settings import nbgrader_folder, read_settings, undisturbed
from loopgrade.classroom.converter import Grading, grading
from loopgrade.classroom.gradebook import Entry
from loopgrade.classroom.rows import Row, row_of
from loopgrade.classroom.states import NoLesson, Register, State
from loopgrade.classroom.workers import reason
from loopgrade.desk.page import feedback_index
from loopgrade.desk.returning import Platform, pack
from loopgrade.desk.roster import Roster, known_students
from loopgrade.desk.writing import whole
from loopgrade.steps.submission import last_line


class FeedbackError(Exception):
    """There is nobody to give feedback to; the text says what to do."""


@dataclass(frozen=True)
class Given:
    """What has come of it.

    Attributes:
        index: the list of all pages, for teachers.
        pages: each student's, by id.
        left: who is graded no more or not yet, and why, a sentence each.
        failed: who should have got a page, or the zip's copy of it, and why not.
    """

    index: Path
    pages: dict[str, list[Path]]
    left: list[str]
    failed: list[str]

    def __str__(self) -> str:
        """Say it in lines."""
        count = sum(map(len, self.pages.values()))
        told = f"{self.index}: {count} page{'s' * (count != 1)} of {len(self.pages)} students"
        return "\n".join([*self.failed, *self.left, told])


class _Pages(GenerateFeedback):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's converter, one student after the other."""

    def prepare(self) -> None:
        """Make what all students share."""
        self.force = True  # a comment may have come since
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)

    def of(self, lesson: str, student: str) -> list[Path]:
        """Write a student's pages, and return them."""
        self.coursedir.assignment_id, self.coursedir.student_id = lesson, student
        self.init_notebooks()
        self.convert_notebooks()
        return sorted(Path(self._format_dest(lesson, student)).glob("*.html"))


def feedback(
    course: Path,
    lesson: str,
    *,
    students: Sequence[str] | None = None,
    platform: Platform | None = None,
    like: Path | None = None,
    to: Path | None = None,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Given:
    """Write the pages of a lesson's students, and a list of them.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name.
        students: only these; left out, all whose grade holds.
        platform: where a zip of them is to go back to; left out, none is made.
        like: that platform's own zip of what was handed in.
        to: the zip to write.
        progress: told how many are written, of how many, and who is next.

    Raises:
        FeedbackError: nobody is graded, the gradebook is locked, or `like` and `to` lack.
        BadSource: `like` is no zip of that platform's.

    Example:
        print(feedback(Path("."), "02_yield_and_send"))
    """
    if platform and not (like and to):
        raise FeedbackError(
            f"Say --like FILE too, the zip that you downloaded from {platform.title()}: "
            "it tells whose a page is."
        )
    settings = read_settings(nbgrader_folder(course))
    with undisturbed():
        grader = grading(settings.root, settings.config)
        try:
            register = grader.register(lesson)
            folder = grader.coursedir
            roster = Roster(known_students(folder.db_url, folder.course_id))
            found = _written(grader, register, roster, students, progress)
        except NoLesson as error:
            raise FeedbackError(str(error)) from None
        except SQLAlchemyError as error:
            raise FeedbackError(
                f"The gradebook cannot be read ({reason(error)}); when nothing else writes to it, "
                "give the same command again."
            ) from error
    if platform and like and to:
        found.failed.extend(pack(platform, like, found.pages, roster, to))
    return found


def _written(
    grader: Grading,
    register: Register,
    roster: Roster,
    students: Sequence[str] | None,
    progress: Callable[[int, int, str], None],
) -> Given:
    rows, left = _graded(register, students)
    if not rows:
        raise FeedbackError("\n".join([*left, "Nobody is graded; run `looplab grade` first."]))
    log = logging.Logger("nbgrader")
    said = _Said()
    log.addHandler(said)
    folder = grader.coursedir
    pages = _Pages(coursedir=folder, config=grader.config, log=log)
    pages.prepare()
    index = Path(folder.root, folder.feedback_directory, f"{register.lesson}.html")
    given = Given(index, {}, left, [])
    here = Path.cwd()
    os.chdir(folder.root)  # where nbgrader's converters expect to be
    try:
        for count, row in enumerate(rows):
            progress(count, len(rows), row.student)
            try:
                given.pages[row.student] = pages.of(register.lesson, row.student)
            except NbGraderException as error:
                given.failed.append(f"{row.student} gets no page: {said.last or error}")
    finally:
        os.chdir(here)
    progress(len(rows), len(rows), "")
    names = {id: each.name for id, each in roster.students.items()}
    index.parent.mkdir(parents=True, exist_ok=True)
    with whole(index) as draft:
        draft.write_text(feedback_index(register.lesson, rows, names, given.pages), "utf-8")
    return given


def _graded(register: Register, asked: Sequence[str] | None) -> tuple[list[Row], list[str]]:
    """Return who gets a page, and why the others get none, a sentence each."""
    rows, left = [], []
    for student in dict.fromkeys(asked) if asked else register.students():
        found = register.submission(student)
        if found.state.is_graded:
            rows.append(row_of(found, register.book.entries.get(student, Entry())))
        elif asked or found.state is not State.MISSING:
            why = f" ({found.why})" if found.why else ""
            left.append(f"{found.student} is {found.state}{why}, and gets no page.")
    return rows, left


class _Said(logging.Handler):
    """The last line of what nbgrader has said of an error."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the last line of a traceback."""
        text = record.getMessage()
        if "Traceback" in text:
            self.last = last_line(text)
