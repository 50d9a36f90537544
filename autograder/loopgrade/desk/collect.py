"""What was handed in on a platform, put where nbgrader looks for it.

Nothing of the source is unpacked: names in it say whose a file is, and never where it goes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader import utils
from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.settings import nbgrader_folder, read_settings, undisturbed
from loopgrade.classroom.converter import grading
from loopgrade.classroom.states import WORK, NoLesson
from loopgrade.classroom.workers import reason
from loopgrade.desk.choosing import Hand, hands_of
from loopgrade.desk.handed_in import opened
from loopgrade.desk.roster import Roster, enter_students, known_students, read_roster
from loopgrade.desk.timestamps import as_nbgrader_reads, nbgraders_moment
from loopgrade.desk.worksheet import read_worksheet
from loopgrade.steps.stamp import TIMESTAMP_FILE
from looplab.pictures.describing import one_line


class CollectError(Exception):
    """Nothing can be collected; the text says what to do."""


@dataclass(frozen=True)
class Collected:
    """What has come of collecting a lesson.

    Attributes:
        new: who had nothing there before.
        replaced: whose older work was replaced.
        unchanged: whose work was there already.
        kept: whose work was there and is kept, although the source has another.
        missing: who is in the class and handed in nothing.
        refused: why something was not collected, a sentence each.
        said: what else a teacher should know, a sentence each.
    """

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in lines."""
        counts = ", ".join(
            f"{len(names)} {word}"
            for word, names in (
                ("new", self.new),
                ("replaced", self.replaced),
                ("unchanged", self.unchanged),
                ("kept as they were", self.kept),
            )
            if names or word == "new"
        )
        lines = [*self.refused, *self.said, f"collected: {counts}"]
        if self.missing:
            names = one_line(", ".join(self.missing), 2000)
            lines.append(f"missing: {len(self.missing)} ({names})")
        return "\n".join(lines)


def collect(
    course: Path,
    lesson: str,
    source: Path,
    *,
    roster: Path | None = None,
    worksheet: Path | None = None,
    replace: bool = False,
) -> Collected:
    """Put what was handed in on a platform where nbgrader looks for it.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name, such as `02_yield_and_send`.
        source: the zip of Moodle or Canvas, or a folder.
        roster: a list of the class, which gets into the gradebook; left out, the class is
            who is in the gradebook.
        worksheet: Moodle's grading worksheet of this assignment, for names and times.
        replace: whether work that is there is replaced where nobody knows which is newer,
            or where it is the newer.

    Returns:
        Who is new, replaced, unchanged, kept and missing, and what there is to say.

    Raises:
        CollectError: the lesson was not built, or the gradebook is locked.
        BadSource: the source cannot be read.
        BadList: the roster or the worksheet cannot be read.

    Example:
        print(collect(Path("."), "02_yield_and_send", Path("downloaded.zip")))
    """
    settings = read_settings(nbgrader_folder(course))
    listed = read_roster(roster) if roster else None
    with undisturbed():
        sheet = read_worksheet(worksheet) if worksheet else None
        grader = grading(settings.root, settings.config)
        folder = grader.coursedir
        try:
            register = grader.register(lesson)
            if listed is not None:
                enter_students(folder.db_url, folder.course_id, listed.students.values())
            there = {each.id: each for each in known_students(folder.db_url, folder.course_id)}
            known = Roster({**there, **(listed.students if listed else {})}.values())
        except NoLesson as error:
            raise CollectError(str(error)) from None
        except SQLAlchemyError as error:
            raise CollectError(
                f"The gradebook cannot be read ({reason(error)}); when nothing else writes to it, "
                "give the same command again."
            ) from error
    done = Collected()
    for each in (listed, sheet):
        done.said.extend(each.problems if each else ())
    if not known.students:
        done.said.append(
            "There is no roster, so everybody is taken by the name in the files; give a list "
            "with id, name and email by --roster."
        )
    with opened(source) as items, _workplace(Path(settings.root)) as work:
        hands, refused = hands_of(items, register, known, sheet)
        done.refused.extend(refused)
        timed = False
        for hand in hands:
            timed |= hand.when is not None
            _enter(hand, register.submitted(hand.student.id), work, replace=replace, done=done)
    done.missing.extend(
        sorted(each for each in known.students if not register.submitted(each).is_dir())
    )
    if done.new and not timed:
        done.said.append("Nobody's time is known, so nobody loses points for being late.")
    return done


# Where it goes


@contextmanager
def _workplace(root: Path) -> Iterator[Path]:
    """Make a folder beside `submitted/` to write in; what is shown is shown in one step."""
    path = root / WORK / f"collect~{secrets.token_hex(4)}"
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        utils.rmtree(str(path))


def _enter(hand: Hand, folder: Path, work: Path, *, replace: bool, done: Collected) -> None:
    id = one_line(hand.student.id, 60)
    is_there = False
    if hand.chosen:
        try:
            is_there = _put(hand, folder, work, replace=replace, done=done)
        except OSError as error:
            hand.said.append(f"it cannot be written ({error.strerror}); see {folder.parent}.")
    (done.said if is_there else done.refused).extend(f"{id}: {each}" for each in hand.said)


def _put(hand: Hand, folder: Path, work: Path, *, replace: bool, done: Collected) -> bool:
    """Put a notebook where it belongs, and return whether it is there now."""
    id = hand.student.id
    if folder.is_symlink() or folder.parent.is_symlink():
        hand.said.append(f"{folder} is a link; put a folder in its place.")
        return False
    files = {f"{name}.ipynb": each.text for name, each in hand.chosen.items()}
    there = {name: (folder / name).read_bytes() for name in files if (folder / name).is_file()}
    before = _moment_in(folder)
    told = hand.when
    if there == files and (told is None or before is not None):
        done.unchanged.append(id)
        return True
    if there and there != files:
        why = _older(before, told)
        if why and not replace:
            hand.said.append(f"{why}; to take this one, say --replace.")
            done.kept.append(id)
            return False
        if why:
            hand.said.append(f"{why}; it is replaced, as you say.")
        if told is None and before is not None:
            (folder / TIMESTAMP_FILE).unlink()  # it was of the other work
    if told is not None:
        files[TIMESTAMP_FILE] = as_nbgrader_reads(told).encode("ascii")
    draft = work / secrets.token_hex(4)
    draft.mkdir()
    for name, text in files.items():
        (draft / name).write_bytes(text)
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(folder)
    else:
        for name in files:
            (draft / name).replace(folder / name)
    same = {name: files[name] for name in there} == there
    (done.new if not there else done.unchanged if same else done.replaced).append(id)
    return True


def _moment_in(folder: Path) -> datetime | None:
    try:
        return nbgraders_moment((folder / TIMESTAMP_FILE).read_text("utf-8", "replace"))
    except OSError:
        return None


def _older(before: datetime | None, told: datetime | None) -> str:
    """Return why what is there is not simply replaced; empty where what comes is newer."""
    if before is None or told is None:
        return "other work is there, and nobody knows which is newer"
    if told <= before:
        return f"other work is there, of {before}, and this is of {told}"
    return ""
