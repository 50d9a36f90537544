"""A lesson in nbgrader's gradebook: what stands there, and how a grade gets in, in one step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from loopgrade.classroom.dates import Terms
from loopgrade.classroom.results import Results
from loopgrade.steps.cells import GradedCell, exercise_of, graded_cells

Penalty = Callable[[float, float], float | None]
"""What a submission loses, of its score and of how many seconds it is late."""


@dataclass(frozen=True)
class Mark:
    """What the gradebook has of one cell of a submission.

    Attributes:
        auto: the examiner's score; None where it has none yet.
        manual: a human's score, which stands above it; None where there is none.
        extra: points that a human gave on top.
        waits: whether it waits for a human.
        of: what the cell is worth.
    """

    auto: float | None
    manual: float | None
    extra: float
    waits: bool
    of: float

    @property
    def score(self) -> float:
        """What counts."""
        return (self.auto or 0.0 if self.manual is None else self.manual) + self.extra


@dataclass
class Entry:
    """What the gradebook has of one student's submission.

    Attributes:
        marks: by notebook and grade id.
        penalty: what it loses for being late.
        late: seconds.
        comments: what a human has written, by notebook and grade id.
    """

    marks: dict[str, dict[str, Mark]] = field(default_factory=dict)
    penalty: float = 0.0
    late: float = 0.0
    comments: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """What the gradebook knows of a lesson.

    Attributes:
        known: the cells that it knows of each of its notebooks, by grade id.
        stubs: the text of each cell for an answer, as released, of each notebook.
        kernels: the kernelspec of each notebook, as its source has it; empty where it has none.
        written: whether a notebook asks for an answer that has no cell of its own.
        entries: of the students who have a submission there.
        roster: all students of the course.
    """

    known: Mapping[str, Mapping[str, GradedCell]]
    stubs: Mapping[str, Mapping[str, str]]
    kernels: Mapping[str, Mapping[str, Any]]
    written: Mapping[str, bool]
    entries: Mapping[str, Entry]
    roster: tuple[str, ...]


def read_book(db_url: str, course_id: str, lesson: str) -> Book | None:
    """Return what the gradebook knows of a lesson; None where it does not know it.

    Args:
        db_url: the gradebook's, as SQLAlchemy has it.
        course_id: the course's, as nbgrader has it.
        lesson: the name of the assignment.
    """
    with Gradebook(db_url, course_id) as gradebook:
        try:
            assignment = gradebook.find_assignment(lesson)
        except MissingEntry:
            return None
        stubs, kernels, written = {}, {}, {}
        for book in assignment.notebooks:
            answers = {cell.name for cell in book.solution_cells}
            stubs[book.name] = {
                cell.name: cell.source for cell in book.source_cells if cell.name in answers
            }
            kernels[book.name] = json.loads(book.kernelspec or "null") or {}
            written[book.name] = bool(book.task_cells)
        roster = tuple(gradebook.db.scalars(select(Student.id).order_by(Student.id)))
        entries = read_entries(gradebook, lesson)
        known = {name: graded_cells(gradebook, lesson, name) for name in stubs}
    return Book(known, stubs, kernels, written, entries, roster)


def read_entries(gradebook: Gradebook, lesson: str) -> dict[str, Entry]:
    """Return what the gradebook has of each submission of a lesson, by student.

    Args:
        gradebook: nbgrader's.
        lesson: the name of the assignment.

    Raises:
        MissingEntry: it does not know the lesson.
    """
    found: dict[str, Entry] = {}
    for submission in gradebook.find_assignment(lesson).submissions:
        entry = found[submission.student_id] = Entry(late=submission.total_seconds_late)
        for book in submission.notebooks:
            entry.marks[book.name] = {}
            entry.penalty += book.late_submission_penalty or 0.0
    points = {
        cell.name: float(cell.max_score)
        for book in gradebook.find_assignment(lesson).notebooks
        for cell in (*book.grade_cells, *book.task_cells)
    }
    columns = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
    marks = (
        select(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, *columns)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .where(SubmittedAssignment.assignment == gradebook.find_assignment(lesson))
    )
    for student, book, cell, auto, manual, extra, waits in gradebook.db.execute(marks):
        found[student].marks[book][cell] = Mark(auto, manual, extra or 0.0, waits, points[cell])
    said = (
        select(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Comment.manual_comment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .where(SubmittedAssignment.assignment == gradebook.find_assignment(lesson))
        .where(Comment.manual_comment.is_not(None))
    )
    for student, book, cell, text in gradebook.db.execute(said):
        found[student].comments.setdefault(book, {})[cell] = text
    return found


@dataclass(frozen=True)
class Graded:
    """A graded submission that is to be entered.

    Attributes:
        lesson: the name of the assignment.
        student: who handed it in.
        timestamp: when, in UTC; None where nobody knows.
        results: of each of its notebooks that was graded.
        absent: the notebooks that were not handed in; they have 0.
        before: what was graded before, of each notebook; empty where nothing was.
        terms: the dates of the lesson.
        seen: the exercises that somebody has looked at, and found all right as they are.
    """

    lesson: str
    student: str
    timestamp: datetime | None
    results: Mapping[str, Results]
    absent: frozenset[str]
    before: Mapping[str, Results]
    terms: Terms = field(default_factory=Terms)
    seen: frozenset[str] = frozenset()


def enter_terms(
    gradebook: Gradebook, lesson: str, terms: Terms, penalty: Callable[[str], Penalty]
) -> None:
    """Enter the dates of a lesson, and what each submission now loses for being late.

    Args:
        gradebook: where.
        lesson: the name of the assignment.
        terms: its dates; what they leave open stays as it is.
        penalty: what is asked for a student's penalty.

    Raises:
        MissingEntry: the gradebook does not know the lesson.
    """
    assignment = gradebook.find_assignment(lesson)
    try:
        if terms.due is not None:
            assignment.duedate = terms.due
        for submission in assignment.submissions:
            before = submission.total_seconds_late
            _extend(submission, terms)
            if submission.total_seconds_late != before or terms.due is not None:
                _enter_penalty(submission, penalty(submission.student_id))
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def _extend(submission: Any, terms: Terms) -> None:
    if terms.extensions is not None:
        until, due = terms.extensions.get(submission.student_id), submission.assignment.duedate
        submission.extension = until - due if until is not None and due is not None else None


def _enter_penalty(submission: Any, penalty: Penalty) -> None:
    late = submission.total_seconds_late
    for book in submission.notebooks:
        book.late_submission_penalty = None
        if late > 0:
            score = sum(_score(grade) for grade in book.grades)
            asked = penalty(score, late)
            book.late_submission_penalty = asked and min(max(0.0, asked), score)


def enter(gradebook: Gradebook, graded: Graded, *, create_student: bool, penalty: Penalty) -> None:
    """Enter a graded submission; its scores, comments and penalty get in together or not at all.

    What a human has entered stays;
    where the verdict below it is another than before, it waits for a human again.

    Args:
        gradebook: where.
        graded: what.
        create_student: whether a student whom the gradebook does not know is entered too.
        penalty: asked for each notebook of a submission that is late.

    Raises:
        MissingEntry: it does not know the student, and may not create one.
    """
    if create_student:
        try:
            gradebook.update_or_create_student(graded.student)
        except InvalidEntry as error:
            try:
                gradebook.find_student(graded.student)  # another grader has just entered the same
            except MissingEntry:
                raise error from None
    gradebook.find_student(graded.student)
    told = {} if graded.timestamp is None else {"timestamp": graded.timestamp}
    # A submission that is there without scores says of itself that it is not graded.
    submission = gradebook.update_or_create_submission(graded.lesson, graded.student, **told)
    try:
        for book in submission.notebooks:
            results = graded.results.get(book.name)
            if results is None and book.name not in graded.absent:
                continue
            # At once: a grade that is asked for its name asks the database.
            cells = select(BaseCell.id, BaseCell.name).where(
                BaseCell.notebook_id == book.notebook_id
            )
            names = {row.id: row.name for row in gradebook.db.execute(cells)}
            for grade in book.grades:
                name = names[grade.cell_id]
                _enter_grade(grade, name, results, graded.before.get(book.name), graded.seen)
            for comment in book.comments:
                unanswered = results is not None and names[comment.cell_id] in results.unanswered
                comment.auto_comment = "No response." if unanswered else None
        _extend(submission, graded.terms)
        _enter_penalty(submission, penalty)
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def _enter_grade(
    grade: Any, name: str, results: Results | None, before: Results | None, seen: frozenset[str]
) -> None:
    auto = 0.0 if results is None else results.scores.get(name)
    flags = results.flags if results is not None else {}
    flagged = flags.get(exercise_of(name), ())
    # Who has looked at it need not look again, unless there is something new to see.
    same = (
        before is not None
        and results is not None
        and grade.auto_score == auto
        and before.stamp.get("submission") == results.stamp.get("submission")
        and before.stamp.get("tests", {}).get(name) == results.stamp["tests"].get(name)
        and before.flags.get(exercise_of(name), ()) == flagged
    )
    grade.auto_score = auto
    if not same:
        by_hand = auto is None or grade.manual_score is not None
        grade.needs_manual_grade = by_hand or (bool(flagged) and exercise_of(name) not in seen)


def _score(grade: Any) -> float:
    counts = grade.auto_score if grade.manual_score is None else grade.manual_score
    return float((counts or 0.0) + (grade.extra_credit or 0.0))
