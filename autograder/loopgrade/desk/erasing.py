"""A student is erased: from the gradebook, from the folders, and from what the grader keeps.

What is kept of a student is listed in docs/privacy.md. What a teacher has written elsewhere, a
report or a zip for example, is not known here, so it is told and not touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.settings import nbgrader_folder, read_settings, undisturbed
from loopgrade.classroom.converter import grading
from loopgrade.classroom.database import forget_deleted
from loopgrade.classroom.lock import Locked, lesson_lock
from loopgrade.classroom.seen import forget
from loopgrade.classroom.states import WORK
from loopgrade.classroom.workers import reason
from looplab.pictures.describing import one_line

ELSEWHERE = (
    "What was written elsewhere still names them: reports, exports, zips, backups, and nbgrader's "
    "exchange and log."
)


class EraseError(Exception):
    """Nobody was erased, or not all; the text says what to do."""


@dataclass(frozen=True)
class Erased:
    """What there was of a student.

    Attributes:
        student: the id.
        lessons: in which the gradebook had something of theirs.
        paths: the folders and files, in the course's folder.
        left: what names them still, a sentence each.
    """

    student: str
    lessons: tuple[str, ...]
    paths: tuple[Path, ...]
    left: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in lines."""
        lessons = ", ".join(self.lessons) or "no lesson"
        return "\n".join([f"the gradebook: {lessons}", *map(str, self.paths), *self.left])


def erase(course: Path, student: str, *, dry_run: bool = False) -> Erased:
    """Erase all that a course keeps of a student.

    Args:
        course: the folder that holds `autograder/`, or nbgrader's own.
        student: the id, which is the name of the folder.
        dry_run: whether to say what there is, and to leave it.

    Raises:
        EraseError: the course has nobody of that name, somebody grades one of the lessons, or
            the gradebook is locked.

    Example:
        print(erase(Path("."), "ada", dry_run=True))
    """
    settings = read_settings(nbgrader_folder(course))
    if student in ("", ".", "..") or Path(student).name != student:
        raise EraseError(f"{one_line(student, 60)!r} is no student's id: give one, such as ada.")
    with undisturbed():
        folder = grading(settings.root, settings.config).coursedir
        root = Path(settings.root)
        try:
            with Gradebook(folder.db_url, folder.course_id) as gradebook, ExitStack() as locks:
                known = [each.name for each in gradebook.assignments]
                for lesson in known:
                    locks.enter_context(lesson_lock(root / WORK, lesson))
                found = _found(gradebook, folder, root, student, known)
                if not dry_run:
                    _erase(gradebook, found, root)
            if not dry_run:
                forget_deleted(folder.db_url)
        except Locked as error:
            raise EraseError(str(error)) from None
        except SQLAlchemyError as error:
            raise EraseError(
                f"The gradebook cannot be written ({reason(error)}); when nothing else writes to "
                "it, give the same command again."
            ) from error
    return found


def _found(
    gradebook: Gradebook,
    folder: CourseDirectory,
    root: Path,
    student: str,
    known: Sequence[str],
) -> Erased:
    try:
        submissions = gradebook.find_student(student).submissions
        lessons, is_known = tuple(sorted(each.assignment.name for each in submissions)), True
    except MissingEntry:
        lessons, is_known = (), False
    paths = list(dict.fromkeys(_paths(folder, root, student, known)))
    if not is_known and not paths:
        raise EraseError(
            f"{one_line(student, 60)} is not in this course: neither in its gradebook, nor with a "
            "folder of what was handed in."
        )
    pages = (root / folder.feedback_directory / f"{lesson}.html" for lesson in lessons)
    paths += [page for page in pages if page.exists()]  # it lists the class
    left = [ELSEWHERE]
    config = root / "nbgrader_config.py"
    if config.is_file() and student in config.read_text(encoding="utf-8"):
        left.append("nbgrader_config.py still names them: remove it there.")
    relative = tuple(
        path.relative_to(root) if path.is_relative_to(root) else path for path in paths
    )
    return Erased(student, lessons, relative, tuple(left))


def _paths(
    folder: CourseDirectory, root: Path, student: str, known: Sequence[str]
) -> Iterator[Path]:
    """Yield the folders of a student's work, wherever a course's settings lay them."""
    steps = (folder.submitted_directory, folder.autograded_directory, folder.feedback_directory)
    runs = [each.relative_to(root).as_posix() for each in (root / WORK).glob("*~*")]
    for step in (*steps, *runs):
        for lesson in known:
            path = Path(folder.format_path(step, student, lesson))
            if path.parent.name == student:
                path = path.parent
            if path.exists() or path.is_symlink():
                yield path


def _erase(gradebook: Gradebook, found: Erased, root: Path) -> None:
    """Erase it: the work last, so that what is interrupted can be given again."""
    with suppress(MissingEntry):  # they are in no roster, and only their folder is there
        gradebook.remove_student(found.student)
    forget(root, found.student)
    for path in (root / each for each in found.paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
