"""A whole class: what waits or is stale is graded, and each submission has a state.

`nbgrader autograde` in `autograder/` grades the same way, and every other nbgrader
command goes on from there. This adds what it lacks: a sentence for each submission that
cannot be graded, several processes, and what a new grade would change, told before it does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.exc import SQLAlchemyError

from loopgrade.authoring.settings import nbgrader_folder, read_settings, undisturbed
from loopgrade.classroom.changes import Change, changes
from loopgrade.classroom.cluster import Cluster, NoCluster
from loopgrade.classroom.converter import Grading, grading
from loopgrade.classroom.database import AnotherSecret
from loopgrade.classroom.dates import BadDate
from loopgrade.classroom.gradebook import Entry
from loopgrade.classroom.lock import Locked
from loopgrade.classroom.results import Results
from loopgrade.classroom.rows import Row, row_of, would_be
from loopgrade.classroom.states import NoLesson, Register, State, Submission
from loopgrade.classroom.workers import Beside, Here, Pool, examine, reason
from loopgrade.examination import sandbox
from loopgrade.examination.canary import Unsound
from loopgrade.examination.stopping import Stopped, pause, stoppable
from looplab.pictures.describing import one_line

FEW = 4
"""So many submissions are graded sooner here than another process has started."""

Which = Literal["changed", "all"]
"""What is graded: what waits or is stale, or also what has a grade that holds."""


class GradingError(Exception):
    """Grading cannot start; the text says what to do."""


def grade(
    course: Path,
    lesson: str,
    *,
    students: Sequence[str] | None = None,
    level: sandbox.Level = "bubblewrap",
    which: Which = "changed",
    dry_run: bool = False,
    new_secret: bool = False,
    workers: int | None = None,
    scheduler: Any = None,
    progress: Callable[[int, int, str], None] = lambda *_: None,
    announce: Callable[[Sequence[Change], int], None] = lambda *_: None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Row]:
    """Grade what was handed in for a lesson.

    Args:
        course: the folder that holds `autograder/`, or nbgrader's own.
        lesson: its name, such as `02_yield_and_send`.
        students: whose submissions; left out, all.
        level: how isolated the students' code must run.
        which: whether what has a grade that holds is graded again too.
        dry_run: whether grading enters nothing, and only says what it would.
        new_secret: whether the secret that is here takes the place of the gradebook's.
        workers: how many processes examine; left out, one for each processor.
        scheduler: the address of a Dask scheduler, or a cluster object of Dask's, whose
            workers examine instead, on other machines.
        progress: told how many are done, of how many, and who was last.
        announce: told what changes for how many who had a grade, before any of it is
            entered; not called where nobody had one.
        tell: told of machines that examine nothing, in a sentence each, and why.

    Returns:
        One for each student, by name.

    Raises:
        GradingError: there is nothing to grade, the lesson was not built, another
            process grades it, the secret is not the gradebook's, its own reference loses a
            point here, or the scheduler has no worker that examines.
        Stopped: Ctrl+C or SIGTERM; what is graded so far stays.
        sandbox.SandboxError: `level` cannot be had here.
    """
    sandbox.require(level)
    settings = read_settings(nbgrader_folder(course))
    if "exporter_class" not in settings.config.Autograde:
        raise GradingError(
            f"{Path(settings.root, 'nbgrader_config.py')} does not use the examiner; add "
            "use_examiner(c) of loopgrade.nbgrader_plugins."
        )
    settings.config.Examine.isolation = level
    with undisturbed(), _where_it_was():
        grader = grading(settings.root, settings.config)
        grader.new_secret = new_secret
        told = ""
        try:
            with stoppable(), grader.at_work(lesson) as register:
                if not dry_run:
                    grader.settle(lesson)
                chosen = _chosen(register, Path(settings.root), lesson, students)
                todo = [each.student for each in chosen if _is_asked_for(each, which)]
                session = _Session(grader, lesson, chosen, len(todo))
                try:
                    progress(0, len(todo), "")
                    # Closed also where we are stopped: no worker outlives the lock.
                    pool = _pool(grader.exams(lesson), len(todo), workers, scheduler, tell)
                    with closing(_outcomes(grader, lesson, todo, pool)) as outcomes:
                        entered = session.examine(outcomes, dry_run=dry_run)
                        for done, student in enumerate(entered, 1):
                            progress(done, len(todo), student)
                    found, again = session.changes(register)
                    if again:
                        announce(found, again)
                    if not dry_run:
                        session.enter_held()
                finally:
                    told = session.told()
                after = register if dry_run else grader.register(lesson).as_its_holder()
                return [session.row(after, each.student) for each in chosen]
        except (AnotherSecret, BadDate, Locked, NoCluster, NoLesson, Unsound) as error:
            raise GradingError(str(error)) from None
        except SQLAlchemyError as error:
            raise GradingError(
                f"The gradebook cannot be read ({reason(error)}); when nothing else writes to it, "
                "give the same command again."
            ) from error
        except KeyboardInterrupt:
            words = ["Stopped.", told, "Give the same command again to go on."]
            raise Stopped(" ".join(filter(None, words))) from None


def lessons_named(course: Path, names: Sequence[str]) -> list[str]:
    """Return the lessons that somebody means, each once.

    Args:
        course: the folder that holds `autograder/`, or nbgrader's own.
        names: of lessons; or `all`, for those that somebody has handed in.

    Raises:
        GradingError: `all` is asked for, and nobody has handed in anything.
    """
    if "all" not in names:
        return list(dict.fromkeys(names))
    root = Path(read_settings(nbgrader_folder(course)).root)
    known = {path.name for path in (root / "source").glob("*") if path.is_dir()}
    found = sorted(known & {path.name for path in (root / "submitted").glob("*/*")})
    if not found:
        raise GradingError(
            f"Nobody has handed in a lesson that was built; put notebooks into "
            f"{root / 'submitted' / 'STUDENT' / 'LESSON' / 'LESSON'}.ipynb."
        )
    return found


def require_lesson_sound(course: Path, lesson: str, level: sandbox.Level) -> None:
    """Make sure that a lesson that was built can be graded here.

    Args:
        course: the folder that holds `autograder/`, or nbgrader's own.
        lesson: its name.
        level: how isolated code runs.

    Raises:
        Unsound: its own reference loses a point here, or its stub has one.
    """
    settings = read_settings(nbgrader_folder(course))
    settings.config.Examine.isolation = level
    with undisturbed(), _where_it_was():
        grader = grading(settings.root, settings.config)
        grader.require_sound(grader.register(lesson))


def _pool(
    exams: bytes,
    jobs: int,
    workers: int | None,
    scheduler: Any,
    tell: Callable[[str], None],
) -> Pool:
    """Return who examines."""
    if scheduler is not None and jobs:
        return Cluster(exams, scheduler, tell)
    count = min(workers or os.cpu_count() or 1, jobs)
    if count <= 1 or (workers is None and jobs <= FEW):
        return Here(exams)
    return Beside(exams, count)


def _outcomes(
    grader: Grading, lesson: str, todo: Sequence[str], pool: Pool
) -> Generator[tuple[str, str]]:
    """Have submissions examined; yield whose it is, and why it could not be, as each is done."""
    refused: list[tuple[str, str]] = []

    def jobs() -> Iterator[tuple[str, bytes]]:
        for student in todo:
            try:
                yield student, grader.prepare(lesson, student)
            except Exception as error:
                refused.append((student, _why(error)))

    with closing(examine(pool, jobs())) as examined:
        for student, outcome in examined:
            problem = outcome.problem
            if not problem:
                try:
                    grader.finish(lesson, student, outcome.notebooks)
                except Exception as error:  # a full disk, for one
                    problem = _why(error)
            yield student, problem
    yield from refused


def _why(error: Exception) -> str:
    return f"nbgrader could not grade it: {reason(error)}"


@contextmanager
def _where_it_was() -> Iterator[None]:
    """Come back to the current folder; nbgrader's steps expect to be in the course's."""
    before = Path.cwd()
    try:
        yield
    finally:
        os.chdir(before)


def _chosen(
    register: Register, root: Path, lesson: str, students: Sequence[str] | None
) -> list[Submission]:
    known = register.students()
    strangers = [each for each in dict.fromkeys(students or ()) if each not in known]
    place = root / "submitted"
    told = f"has handed in nothing for {lesson}, and is not in the gradebook: see {place}."
    if strangers and not set(known) & set(students or ()):
        raise GradingError(f"{one_line(strangers[0], 60)} {told}")
    chosen = [register.submission(each) for each in known if students is None or each in students]
    # Who is not there keeps nobody else from being graded.
    chosen += [Submission(one_line(each, 60), State.MISSING, told) for each in strangers]
    if all(each.state is State.MISSING for each in chosen):
        raise GradingError(
            f"Nobody has handed in {lesson}; put notebooks into "
            f"{root / 'submitted' / 'STUDENT' / lesson / lesson}.ipynb."
        )
    return chosen


def _is_asked_for(submission: Submission, which: Which) -> bool:
    if which == "all" and submission.state.is_graded:
        return True
    return submission.state in (State.WAITING, State.STALE)


def _is_stranger(submission: Submission) -> bool:
    return submission.state is State.MISSING and bool(submission.why)


class _Session:
    """One command's work at a lesson.

    What had no grade yet is entered as soon as it is examined. What had one waits until
    all is examined, so that what changes is told before it does.
    """

    def __init__(
        self, grader: Grading, lesson: str, chosen: Sequence[Submission], todo: int
    ) -> None:
        self._grader, self._lesson, self._todo = grader, lesson, todo
        self._before = {each.student: each for each in chosen}
        self._problems = {each.student: each.why for each in chosen if _is_stranger(each)}
        self._held: list[str] = []
        self._examined: dict[str, Mapping[str, Results]] = {}
        self._entered: set[str] = set()

    def examine(self, outcomes: Iterable[tuple[str, str]], *, dry_run: bool) -> Iterator[str]:
        """Take what was examined, hold it back or enter it, and yield whose it was."""
        for student, problem in outcomes:
            if problem:
                self._problems[student] = problem
            elif dry_run or self._has_grade(student):
                self._examined[student] = self._grader.examined(self._lesson, student)
                self._held.append(student)
            else:
                self._enter(student)
            yield student

    def changes(self, register: Register) -> tuple[list[Change], int]:
        """Return what changes for those who had a grade, and how many they are."""
        again = sorted(each for each in self._held if self._has_grade(each))
        found = [
            change
            for student in again
            for change in changes(
                self._before[student],
                register.book.entries[student],
                register.book.known,
                self._examined[student],
            )
        ]
        return found, len(again)

    def enter_held(self) -> None:
        """Enter what was held back."""
        for student in self._held:
            pause()
            self._enter(student)

    def row(self, after: Register, student: str) -> Row:
        """Return what has come of a submission.

        Args:
            after: what there is now.
            student: whose.
        """
        entry = after.book.entries.get(student, Entry())
        if student in self._problems:
            # What grade it had stays, and it is told that there is no new one.
            return row_of(replace(self._before[student], why=self._problems[student]), entry)
        if student in self._examined and student not in self._entered:  # it is a dry run
            results = self._examined[student]
            known = after.book.known
            told = replace(self._before[student], results=results)
            return row_of(told, would_be(entry, results, known))
        return row_of(after.submission(student), entry, fresh=student in self._entered)

    def told(self) -> str:
        """Say how far the work has come."""
        return f"{len(self._entered)} of {self._todo} are graded, and stay so."

    def _has_grade(self, student: str) -> bool:
        return bool(self._before[student].results)

    def _enter(self, student: str) -> None:
        try:
            self._grader.publish(self._lesson, self._before[student])
        except Exception as error:  # a full disk, a gradebook that is locked
            self._problems[student] = f"its grade could not be entered: {reason(error)}"
        else:
            self._entered.add(student)
