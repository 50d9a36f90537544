"""A teacher has looked at what was flagged, and it is all right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.settings import nbgrader_folder, read_settings, undisturbed
from loopgrade.classroom.converter import grading
from loopgrade.classroom.lock import Locked, lesson_lock
from loopgrade.classroom.seen import Seen, see
from loopgrade.classroom.states import WORK, NoLesson
from loopgrade.classroom.workers import reason
from looplab.pictures.describing import one_line


class NothingToSee(Exception):
    """There is nothing that waits to be looked at; the text says why."""


def all_right(
    course: Path,
    lesson: str,
    student: str,
    exercises: Sequence[str] | None = None,
    *,
    by: str,
    when: date | None = None,
) -> list[str]:
    """Keep that somebody has looked at a student's flagged exercises; no point changes.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name.
        student: whose work.
        exercises: which; left out, all that are flagged.
        by: who has looked.
        when: the day; left out, today.

    Returns:
        The exercises.

    Raises:
        NothingToSee: none of that is flagged, or somebody grades the lesson just now.

    Example:
        all_right(Path("."), "02_yield_and_send", "ada", by="A. Doe")
    """
    settings = read_settings(nbgrader_folder(course))
    if not by.strip():
        raise NothingToSee("Say who has looked, by --by NAME.")
    with undisturbed():
        grader = grading(settings.root, settings.config)
        root, folder = Path(settings.root), grader.coursedir
        try:
            with lesson_lock(root / WORK, lesson):
                found = grader.register(lesson).as_its_holder().submission(student)
                chosen = list(dict.fromkeys(exercises or found.flags))
                for each in chosen:
                    if each not in found.flags:
                        raise NothingToSee(f"Nothing is flagged in {one_line(each, 60)}.")
                if not chosen or not found.state.is_graded:
                    raise NothingToSee(
                        f"{found.student} is {found.state}, and nothing waits to be looked at."
                    )
                told = {
                    exercise: Seen(
                        one_line(by, 60),
                        f"{when or date.today()}",
                        each.stamp["submission"],
                        each.flags[exercise],
                    )
                    for each in found.results.values()
                    for exercise in chosen
                    if exercise in each.flags
                }
                with Gradebook(folder.db_url, folder.course_id) as gradebook:
                    see(root, gradebook, lesson, student, told)
        except (Locked, NoLesson) as error:
            raise NothingToSee(str(error)) from None
        except SQLAlchemyError as error:
            raise NothingToSee(
                f"The gradebook cannot be read ({reason(error)}); when nothing else writes to it, "
                "give the same command again."
            ) from error
    return chosen
