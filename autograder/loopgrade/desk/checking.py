"""Whether a course can be given to students: its dates, its notebooks, its secret, its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.leaks import check_nothing_leaks
from loopgrade.authoring.lesson import Lesson, LessonError, read_lesson
from loopgrade.authoring.settings import Settings, read_settings, undisturbed
from loopgrade.bank.verify import verify
from loopgrade.classroom.batch import require_lesson_sound
from loopgrade.classroom.converter import grading
from loopgrade.classroom.dates import KINDS, BadDate, terms_of
from loopgrade.classroom.states import NoLesson
from loopgrade.classroom.workers import reason
from loopgrade.desk.roster import known_students
from loopgrade.examination import sandbox
from loopgrade.examination.canary import Unsound
from loopgrade.steps.secret import course_secret
from looplab.pictures.describing import one_line

FAR = 2
"""Years from now; a date that is farther away is a slip of the pen."""


def check_course(
    course: Path,
    level: sandbox.Level,
    *,
    with_bank: bool = True,
    now: datetime | None = None,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Iterator[str]:
    """Yield what is wrong with a course, a sentence each; nothing where all is well.

    Args:
        course: the folder that holds `autograder/`.
        level: how isolated the answers run.
        with_bank: whether the answer bank is examined with the course's own secret.
        now: the present, in UTC; left out, the clock's.
        progress: told how many answers are examined, of how many, and which.

    Example:
        problems = list(check_course(Path("."), "bubblewrap"))
    """
    settings = read_settings(course / "autograder")
    lessons: list[Lesson] = []
    for path in sorted((course / "autograder" / "lessons").glob("*.py")):
        try:
            lessons.append(read_lesson(path))
        except LessonError as error:
            yield str(error)
    if not lessons:
        yield f"{course / 'autograder' / 'lessons'} holds no lesson; make one, or copy some."
    names = [each.name for each in lessons]
    try:
        yield from _wrong_dates(settings, names, now or datetime.now())
    except SQLAlchemyError as error:
        yield f"The gradebook cannot be read ({reason(error)}); close what writes to it."
        return
    built = []
    for lesson in lessons:
        problems = [*_unbuilt(course, lesson), *_leaks(course, lesson)]
        yield from problems
        built += [lesson.name] * (not problems)
    for name in built:
        try:
            require_lesson_sound(course, name, level)
        except (Unsound, NoLesson) as error:
            yield str(error)
    if with_bank and names:
        try:
            yield from _misjudged(course, names, level, progress)
        except LessonError as error:
            yield str(error)


def _wrong_dates(settings: Settings, lessons: list[str], now: datetime) -> Iterator[str]:
    with undisturbed():
        folder = grading(settings.root, settings.config).coursedir
        students = {each.id for each in known_students(folder.db_url, folder.course_id)}
        with Gradebook(folder.db_url, folder.course_id) as gradebook:
            due_there = {each.name: each.duedate for each in gradebook.assignments}
    for kind in KINDS:
        told = settings.config.Dates.get(kind, {})
        for name in told.keys() - {*lessons} if isinstance(told, dict) else ():
            yield f"c.Dates.{kind} names {one_line(str(name), 60)}, and there is no such lesson."
    for lesson in lessons:
        try:
            terms = terms_of(settings.config, lesson)
        except BadDate as error:
            yield str(error)
            continue
        due = terms.due or due_there.get(lesson)
        late = terms.extensions or {}
        for what, moment in (("released", terms.release), ("due", due)):
            if moment is not None and abs(moment.year - now.year) > FAR:
                yield f"{lesson} is {what} in {moment.year}; see c.Dates."
        if due is not None and terms.release is not None and due <= terms.release:
            yield f"{lesson} is due before it is released; see c.Dates."
        for student, until in late.items():
            who = one_line(student, 60)
            if due is None:
                yield f"{lesson} is due later for {who}, and for nobody else; say c.Dates.due too."
            elif until <= due:
                yield f"{lesson} is due for {who} no later than for all; see c.Dates.extensions."
            if students and student not in students:
                yield f"{lesson} is due later for {who}, who is not in the gradebook."


def _unbuilt(course: Path, lesson: Lesson) -> Iterator[str]:
    if not (course / "notebooks" / f"{lesson.name}.ipynb").is_file():
        yield f"{lesson.name} is not built; run `looplab build`."


def _leaks(course: Path, lesson: Lesson) -> Iterator[str]:
    source = course / "autograder" / "lessons" / f"{lesson.name}.py"
    release = course / "autograder" / "release" / lesson.name
    for path in (course / "notebooks" / f"{lesson.name}.ipynb", *sorted(release.glob("*.ipynb"))):
        try:
            check_nothing_leaks(source, lesson, json.loads(path.read_text(encoding="utf-8")))
        except LessonError as error:
            yield f"{path}: {error}"
        except (OSError, ValueError, KeyError, TypeError):
            if path.exists():
                yield f"{path} is no notebook; run `looplab build`."


def _misjudged(
    course: Path,
    lessons: list[str],
    level: sandbox.Level,
    progress: Callable[[int, int, str], None],
) -> Iterator[str]:
    found = verify(
        course,
        lessons,
        level=level,
        with_mutants=False,
        own=course_secret(course / "autograder"),
        progress=progress,
    )
    for each in found:
        if each.problem:
            answer = each.answer
            yield f"{each.lesson}: {answer.exercise} {answer.kind} {answer.name}: {each.problem}."
