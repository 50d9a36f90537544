"""The state of each submission of a lesson, derived from what is there, and kept nowhere.

The graded notebook and the gradebook hold a grade together. The notebook's stamp says what
the grade rests on. So a grade counts only where the notebook is stamped, and where the
gradebook has the scores that the notebook has. Whatever killed a grader, wherever it was,
one of the two is lacking then, and the submission waits to be graded.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from loopgrade.authoring.names import bound_names
from loopgrade.classroom.gradebook import Book, Entry, read_book
from loopgrade.classroom.lock import Holder, holder
from loopgrade.classroom.results import Results, read_results
from loopgrade.examination import sandbox
from loopgrade.steps.cells import exercise_of
from loopgrade.steps.reading import NoNotebook, read_notebook
from loopgrade.steps.secret import course_secret
from loopgrade.steps.stamp import conditions, submission_digest
from loopgrade.steps.submission import MAX_BYTES, unreadable
from looplab.pictures.describing import one_line

WORK = ".grading"
"""Where graders work, in the course's folder."""


class State(StrEnum):
    """What a submission is."""

    MISSING = "missing"
    UNREADABLE = "not readable"
    NOT_ATTEMPTED = "not attempted"
    WAITING = "waiting"
    BEING_GRADED = "being graded"
    GRADED = "graded"
    STALE = "stale"
    FLAGGED = "flagged"
    SEEN = "seen by a human"

    @property
    def is_graded(self) -> bool:
        """Whether there is a grade, and it holds."""
        return self in (State.GRADED, State.FLAGGED, State.SEEN)


@dataclass(frozen=True)
class Submission:
    """What is known of a student's submission.

    Attributes:
        student: the name of the folder.
        state: what it is.
        why: why it is so, in one sentence or list; empty where there is nothing to say.
        results: what each graded notebook says; empty where there is no grade that holds,
            or held before something changed.
        flags: what smells of tampering, by exercise.
    """

    student: str
    state: State
    why: str = ""
    results: Mapping[str, Results] = field(default_factory=dict)
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class NoLesson(Exception):
    """The gradebook does not know the lesson."""


class Register:
    """All submissions of a lesson.

    Args:
        folder: the course's, as nbgrader has it.
        lesson: the name of the assignment.
        book: what the gradebook knows of it.
        conditions: what a grade made now would rest on, of each notebook.
        holder: who grades the lesson; None where nobody else does.

    What is handed in and graded is read anew for each question; all else is as it was when
    the register was read.
    """

    def __init__(
        self,
        folder: CourseDirectory,
        lesson: str,
        book: Book,
        conditions: Mapping[str, Mapping[str, Any]],
        holder: Holder | None = None,
    ) -> None:
        self._folder, self.lesson, self._holder = folder, lesson, holder
        self.book, self.conditions = book, conditions

    @classmethod
    def read(cls, folder: CourseDirectory, lesson: str, level: sandbox.Level) -> Register:
        """Return the register of a lesson, as it is now.

        Args:
            folder: the course's, as nbgrader has it.
            lesson: the name of the assignment.
            level: how isolated students' code is to run.

        Raises:
            NoLesson: the gradebook does not know it.
        """
        book = read_book(folder.db_url, folder.course_id, lesson)
        if book is None:
            raise NoLesson(
                f"The gradebook does not know {lesson}; run `looplab build` first, "
                "or nbgrader's generate_assignment."
            )
        secret = course_secret(Path(folder.root))
        made = {name: conditions(known, secret, level) for name, known in book.known.items()}
        return cls(folder, lesson, book, made, holder(Path(folder.root, WORK), lesson))

    @property
    def root(self) -> Path:
        """The course's folder."""
        return Path(self._folder.root)

    def as_its_holder(self) -> Register:
        """Return it for the grader who holds the lesson's lock."""
        return Register(self._folder, self.lesson, self.book, self.conditions)

    def submitted(self, student: str) -> Path:
        """Return the folder of what a student handed in."""
        step = self._folder.submitted_directory
        return Path(self._folder.format_path(step, student, self.lesson))

    def graded(self, student: str) -> Path:
        """Return the folder of a student's graded notebooks."""
        step = self._folder.autograded_directory
        return Path(self._folder.format_path(step, student, self.lesson))

    def students(self) -> list[str]:
        """Return who handed in, and who is in the gradebook, by name."""
        folder = Path(self._folder.root, self._folder.submitted_directory)
        found = {each.parent.name for each in folder.glob(f"*/{glob.escape(self.lesson)}")}
        return sorted(found | {*self.book.roster})

    def submission(self, student: str, read: Callable[[Path], Any] = read_notebook) -> Submission:
        """Return what is known of a student's submission.

        Args:
            student: the name of the folder.
            read: reads what was handed in; who wants it too need not read it again.
        """
        folder = self.submitted(student)
        if not folder.is_dir():
            return Submission(student, State.MISSING)
        if not student.isprintable() or glob.has_magic(student):
            why = f"{student!r} is no name for a folder: nbgrader reads signs such as * in it."
            return Submission(one_line(student, 60), State.UNREADABLE, why)
        if self._holder is not None and self._is_at_work(student):
            return Submission(student, State.BEING_GRADED, f"by {self._holder}")
        files = [folder / f"{name}.ipynb" for name in self.book.known]
        # Of several notebooks some may lack, and then have 0; a link is told as what it is.
        files = [each for each in files if each.exists() or each.is_symlink()] or files[:1]
        results = self._results(student)
        digests = {file.stem: _digest(file, read) for file in files}
        known = all(
            name in results and digest == results[name].stamp["submission"]
            for name, digest in digests.items()
        )
        if not known:  # else it was read, and there was work in it, when it was graded
            if why := next(filter(None, map(unreadable, files)), ""):
                return Submission(student, State.UNREADABLE, why)
            if why := self._timestamp_problem(folder):
                return Submission(student, State.UNREADABLE, why)
            if why := self._unattempted(folder, files):
                return Submission(student, State.NOT_ATTEMPTED, why)
        if not results or set(digests) - set(results):
            return Submission(student, State.WAITING)
        return self._of_graded(student, results, digests)

    def _is_at_work(self, student: str) -> bool:
        runs = Path(self._folder.root, WORK).glob(f"{glob.escape(self.lesson)}~*")
        step = (f"{WORK}/{each.name}" for each in runs)
        places = (Path(self._folder.format_path(each, student, self.lesson)) for each in step)
        return any(each.exists() for each in places)

    def _results(self, student: str) -> dict[str, Results]:
        """Return what the graded notebooks say, where the gradebook says the same."""
        found = {}
        entry = self.book.entries.get(student, Entry())
        for name in self.book.known:
            try:
                results = read_results(self.graded(student) / f"{name}.ipynb")
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
            marks = entry.marks.get(name, {})
            agrees = all(
                grade_id in marks and marks[grade_id].auto == score
                for grade_id, score in results.scores.items()
            )
            if results.stamp and agrees:
                found[name] = results
        return found

    def _of_graded(
        self, student: str, results: dict[str, Results], digests: Mapping[str, str]
    ) -> Submission:
        changed = [
            change
            for name, each in results.items()
            for change in _changes(each.stamp, self.conditions[name], digests.get(name, ""))
        ]
        flags = {
            exercise: told for each in results.values() for exercise, told in each.flags.items()
        }
        if changed:
            why = "; ".join(dict.fromkeys(changed))
            return Submission(student, State.STALE, why, results, flags)
        if not flags:
            return Submission(student, State.GRADED, "", results)
        waits = any(
            mark.waits and exercise_of(grade_id) in flags
            for marks in self.book.entries[student].marks.values()
            for grade_id, mark in marks.items()
        )
        state = State.FLAGGED if waits else State.SEEN
        return Submission(student, state, "", results, flags)

    def _timestamp_problem(self, folder: Path) -> str:
        try:
            self._folder.get_existing_timestamp(str(folder))
        except (AttributeError, ValueError, OverflowError, OSError):
            # nbgrader means to say so, by a method that it has not (AttributeError).
            return "timestamp.txt is no date; write when it was handed in, or remove the file."
        return ""

    def _unattempted(self, folder: Path, files: Iterable[Path]) -> str:
        """Return why there is no work in a submission; empty where there is some."""
        if any(self.holds_work(_cells(file), file.stem) for file in files):
            return ""
        # A student's own copy is named as the notebook, and a little more.
        copies = [
            copy.name
            for file in files
            for copy in sorted(folder.glob(f"{glob.escape(file.stem)}?*.ipynb"))
            if not unreadable(copy) and self.holds_work(_cells(copy), file.stem)
        ]
        if copies:
            (name, *_) = (file.name for file in files)
            return f"{copies[0]} beside it holds work; put that in the place of {name}."
        if all(not _cells(file) for file in files):
            return "it has no cells; ask for it again."
        return "no answer was changed."

    def holds_work(self, cells: Iterable[Any], notebook: str) -> bool:
        """Return whether somebody has worked at a notebook.

        Args:
            cells: those that were handed in.
            notebook: which of the lesson's notebooks they are of.
        """
        stubs = self.book.stubs[notebook]
        if not stubs or self.book.written[notebook]:
            return True
        names: set[str] = set()
        for stub in stubs.values():
            try:
                names |= bound_names(stub, imports=False)
            except SyntaxError:  # it is text, or Python with magics
                continue
        own = re.compile(
            rf"^(?:(?:async\s+)?def|class)\s+(?:{'|'.join(map(re.escape, names))})\b"
            rf"|^(?:{'|'.join(map(re.escape, names))})\s*=",
            re.MULTILINE,
        )
        # A lesson's own cells may show a program of the same name.
        given = {_text(cell).strip() for cell in _cells(self.released(notebook))}
        for cell in cells:
            text, grade_id = _text(cell), _grade_id(cell)
            if grade_id is not None and grade_id in stubs:
                if text.strip() not in ("", stubs[grade_id].strip()):
                    return True
                continue
            new = grade_id not in self.book.known[notebook] and text.strip() not in given
            if new and names and own.search(text):
                return True
        return False

    def released(self, notebook: str) -> Path:
        """Return where a notebook is as students got it; it may not be there."""
        step = self._folder.release_directory
        return Path(self._folder.format_path(step, ".", self.lesson)) / f"{notebook}.ipynb"


def _digest(file: Path, read: Callable[[Path], Any]) -> str:
    try:
        # What is no file may never end, and what is too long is told so.
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return ""
        return submission_digest(file, read)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""  # `unreadable` says what is wrong with it


def _changes(then: Mapping[str, Any], now: Mapping[str, Any], digest: str) -> list[str]:
    """Say what of a grade's conditions has changed, in a few words each."""
    found = []
    if then["submission"] != digest:
        found.append("the submission changed")
    for name in sorted({*then["tests"], *now["tests"]}):
        if name not in then["tests"]:
            found.append(f"test {name} was added")
        elif name not in now["tests"]:
            found.append(f"test {name} was removed")
        elif then["tests"][name] != now["tests"][name]:
            found.append(f"test {name} changed")
    if then["secret"] != now["secret"]:
        found.append("the secret changed")
    if then["version"] != now["version"]:
        found.append(f"looplab {then['version']} is now {now['version']}")
    old, new = (each["python"].rpartition(".")[0] for each in (then, now))
    if old != new:
        found.append(f"Python {old} is now {new}")
    if sandbox.LEVELS.index(then["isolation"]) > sandbox.LEVELS.index(now["isolation"]):
        found.append(f"its code ran with less isolation ({then['isolation']})")
    return found


def _cells(file: Path) -> list[Any]:
    try:
        return list(read_notebook(file).cells)
    except (OSError, NoNotebook):
        return []


def _text(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    metadata = cell.get("metadata")
    told = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = told.get("grade_id") if isinstance(told, dict) else None
    return grade_id if isinstance(grade_id, str) else None
