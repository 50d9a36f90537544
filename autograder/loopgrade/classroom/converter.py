"""nbgrader's Autograde with states: it grades what waits, apart, and shows it when it is done.

`looplab grade`, `nbgrader autograde` and formgrader's button all come here. A submission
is converted in a folder of the grader's own. Then its grades get into the gradebook, in
one transaction, and its folder into `autograded/`, in one step. What killed the grader
before that has changed nothing; what killed it between the two is seen, since notebook
and gradebook then differ, and the submission is graded again.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde, BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from loopgrade.classroom.database import (
    AnotherSecret,
    keep_secret,
    only_grader,
    require_driver,
    require_secret,
)
from loopgrade.classroom.dates import BadDate, terms_of
from loopgrade.classroom.gradebook import Graded, Penalty, enter, enter_terms
from loopgrade.classroom.lock import Locked, lesson_lock
from loopgrade.classroom.results import Results, read_results
from loopgrade.classroom.seen import seen_of
from loopgrade.classroom.states import WORK, NoLesson, Register, State, Submission
from loopgrade.examination import sandbox
from loopgrade.examination.canary import Unsound
from loopgrade.examination.stopping import pause, stoppable
from loopgrade.examination.test_cell import seed_of
from loopgrade.steps.job import Exam, Exams, Paper, Terms, config_of, graded, names_of
from loopgrade.steps.secret import course_secret
from loopgrade.steps.soundness import own_texts, require_sound
from loopgrade.steps.stamp import secret_id, timestamp_of
from loopgrade.steps.submission import TOO_LARGE, odd_file, too_large


class StatefulExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert has no types
    """nbgrader's exporter, whose converter has states.

    nbgrader lets a course choose the exporter and not the converter; and its converter
    makes the exporter when all is read and nothing is done yet.
    """

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        if type(self.parent) is Autograde:
            self.parent.__class__ = Grading


class Grading(Autograde):  # type: ignore[misc]  # nbgrader has no types
    """Grade what waits or is stale; with `force`, all that can be graded."""

    # nbgrader makes these objects of another class: see StatefulExporter.
    _run = ""
    _registers: Mapping[str, Register] = MappingProxyType({})
    _exams: Mapping[str, bytes] = MappingProxyType({})
    _gradebook: Gradebook | None = None
    new_secret = False
    """Whether the secret that is here takes the place of the one that the gradebook knows."""

    # nbgrader's way: a whole class, one after the other

    def convert_notebooks(self) -> None:
        """Convert all submissions that were found, and hold the locks of their lessons."""
        names = self._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
        found = (re.match(names, each) for each in self.assignments)
        lessons = sorted({each["assignment_id"] for each in found if each is not None})
        try:
            with ExitStack() as stack:
                if isinstance(self.parent, AutogradeApp):
                    stack.enter_context(stoppable())
                for lesson in lessons:
                    stack.enter_context(self.at_work(lesson))
                    self.settle(lesson)
                super().convert_notebooks()
        except (
            AnotherSecret,
            BadDate,
            Locked,
            NoLesson,
            Unsound,
            sandbox.SandboxError,
        ) as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None
        except KeyboardInterrupt:
            if not isinstance(self.parent, AutogradeApp):
                raise
            self.log.error("Stopped. What is graded stays; give the same command again to go on.")
            raise SystemExit(130) from None

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Return whether a submission is to be graded.

        Raises:
            NbGraderException: it cannot be; the text says why.
        """
        pause()
        if student_id in self.coursedir.student_id_exclude.split(","):
            return False
        found = self._registers[assignment_id].submission(student_id)
        if found.state in (State.UNREADABLE, State.NOT_ATTEMPTED):
            raise NbGraderException(f"{student_id}: {found.state}: {found.why}")
        if self.force or found.state in (State.WAITING, State.STALE):
            return True
        self.log.info("%s is %s already", student_id, found.state)
        return False

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Do the job of one notebook here."""
        told = self.init_single_notebook_resources(notebook_filename)["nbgrader"]
        paper = self._paper([notebook_filename]).to_bytes()
        found = graded(self._exams[told["assignment"]], paper)
        self._write(self._format_dest(told["assignment"], told["student"]), found)

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """Set what nbgrader sets, and then show the graded submission."""
        super().set_permissions(assignment_id, student_id)
        found = self._registers[assignment_id].submission(student_id)
        self.publish(assignment_id, found)

    # Our way: step by step, in several processes

    @contextmanager
    def at_work(self, lesson: str) -> Iterator[Register]:
        """Be the only grader of a lesson, and have a folder to work in.

        Raises:
            AnotherSecret: the gradebook is graded with another one.
            Locked: another process grades it.
            NoLesson: the gradebook does not know it.
            SandboxError: the isolation cannot be had here.
            Unsound: its own reference loses a point here, or its stub has one.
        """
        sandbox.require(self.level)
        work = Path(self.coursedir.root, WORK)
        db_url, course_id = self.coursedir.db_url, self.coursedir.course_id
        with lesson_lock(work, lesson), only_grader(db_url, course_id, lesson):
            register = self.register(lesson).as_its_holder()
            if not self.new_secret:
                require_secret(db_url, course_id, self._secret())
            self._registers = {**self._registers, lesson: register}
            self._exams = {**self._exams, lesson: self._exams_of(register).to_bytes()}
            self._run = f"{lesson}~{secrets.token_hex(4)}"
            _tidy(work, lesson)
            self.require_sound(register)
            try:
                yield register
            finally:
                self._close_gradebook()
                _tidy(work, lesson)

    def register(self, lesson: str) -> Register:
        """Return what there is of a lesson now.

        Raises:
            NoLesson: the gradebook does not know it.
        """
        return Register.read(self.coursedir, lesson, self.level)

    def require_sound(self, register: Register) -> None:
        """Make sure that a lesson can be graded here, by its own references and stubs.

        Raises:
            Unsound: it cannot.
        """
        for name, known in register.book.known.items():
            require_sound(Path(self.coursedir.root), register.lesson, name, known, self.level)

    @property
    def level(self) -> sandbox.Level:
        """How isolated students' code must run."""
        found: sandbox.Level = self.config.Examine.get("isolation", "bubblewrap")
        return found

    def _exams_of(self, register: Register) -> Exams:
        """Return what the jobs of a lesson share."""
        course, lesson, book = Path(self.coursedir.root), register.lesson, register.book
        secret = course_secret(course)
        of = {
            name: Exam(
                known,
                tuple(sorted(own_texts(course, lesson, name))),
                book.kernels[name],
                {each: seed_of(secret, lesson, each) for each in known if known[each].is_test},
                register.conditions[name],
            )
            for name, known in book.known.items()
        }
        steps = names_of([*self.sanitize_preprocessors, *self.autograde_preprocessors])
        return Exams(of, steps, config_of(steps, self.config), Terms.here(self.level))

    def exams(self, lesson: str) -> bytes:
        """Return what the jobs of a lesson share, as `steps.job.graded` takes it."""
        return self._exams[lesson]

    def prepare(self, lesson: str, student: str) -> bytes:
        """Lay out a submission's folder where we work, and return the job's own part.

        Raises:
            Exception: nbgrader could not.
        """
        self.coursedir.assignment_id, self.coursedir.student_id = lesson, student
        self.init_notebooks()
        ((_, found),) = self.assignments.items()
        self.notebooks = sorted(found)
        os.chdir(self.coursedir.root)  # where nbgrader's hooks expect to be
        self.run_pre_convert_hook()
        self.init_assignment(lesson, student)
        return self._paper(self.notebooks).to_bytes()

    def finish(self, lesson: str, student: str, notebooks: Mapping[str, str]) -> None:
        """Lay a submission's graded notebooks where we work; nothing else is written.

        Args:
            lesson: the lesson's name.
            student: whose.
            notebooks: what came of the job: the text of each, by its name.

        Raises:
            Exception: nbgrader could not.
        """
        self.coursedir.assignment_id, self.coursedir.student_id = lesson, student
        self._write(self._format_dest(lesson, student), notebooks)
        super().set_permissions(lesson, student)
        self.run_post_convert_hook()

    def examined(self, lesson: str, student: str) -> dict[str, Results]:
        """Return what came of a submission that is graded and not yet shown."""
        folder = Path(self._format_dest(lesson, student))
        known = self._registers[lesson].book.known
        files = {name: folder / f"{name}.ipynb" for name in known}
        return {name: read_results(file) for name, file in files.items() if file.exists()}

    def settle(self, lesson: str) -> None:
        """Enter, before any grade, the dates of a lesson and which secret it is graded with.

        An extension needs no new grading.

        Raises:
            BadDate: nbgrader_config.py has one that cannot be read.
        """
        db_url, course_id = self.coursedir.db_url, self.coursedir.course_id
        keep_secret(db_url, course_id, self._secret())
        terms = terms_of(self.config, lesson)
        if terms.due is not None or terms.extensions is not None:
            with Gradebook(db_url, course_id) as gradebook:
                enter_terms(gradebook, lesson, terms, self._penalty)

    def _secret(self) -> str:
        return secret_id(course_secret(Path(self.coursedir.root)))

    def _penalty(self, student: str) -> Penalty:
        late = AssignLatePenalties(parent=self)
        late.init_plugin()

        def penalty(score: float, seconds: float) -> float | None:
            asked = late.plugin_inst.late_submission_penalty(student, score, seconds)
            return None if asked is None else float(asked)

        return penalty

    def publish(self, lesson: str, before: Submission) -> None:
        """Enter a graded submission in the gradebook, and show its folder.

        Args:
            lesson: the lesson's name.
            before: the submission, as it was before.
        """
        register, student = self._registers[lesson], before.student
        results = self.examined(lesson, student)
        timestamp = self.coursedir.get_existing_timestamp(str(register.submitted(student)))
        folder = register.submitted(student)
        absent = {name for name in register.book.known if not (folder / f"{name}.ipynb").exists()}
        terms = terms_of(self.config, lesson)
        seen = frozenset(seen_of(Path(self.coursedir.root), lesson, student, results))
        graded = Graded(
            lesson, student, timestamp, results, frozenset(absent), before.results, terms, seen
        )
        if self._gradebook is None:
            self._gradebook = Gradebook(self.coursedir.db_url, self.coursedir.course_id)
        try:
            penalty = self._penalty(student)
            enter(self._gradebook, graded, create_student=self.create_student, penalty=penalty)
        except BaseException:
            self._close_gradebook()  # whatever is left in it
            raise
        made, shown = Path(self._format_dest(lesson, student)), register.graded(student)
        _show(made, shown, partly=self.coursedir.notebook_id != "*")

    def _close_gradebook(self) -> None:
        # Open from one grade to the next: a third of the time of each went into asking anew.
        if self._gradebook is not None:
            self._gradebook.close()
            self._gradebook = None

    # What nbgrader asks on the way

    @property
    def _input_directory(self) -> str:
        return str(self.coursedir.submitted_directory)

    @property
    def _output_directory(self) -> str:
        return f"{WORK}/{self._run}"

    def _paper(self, files: Sequence[str]) -> Paper:
        paths = [Path(each) for each in files]
        notebooks = {path.stem: path.read_bytes() for path in paths}
        return Paper(notebooks, timestamp_of(paths[0].parent))

    def _write(self, folder: str, notebooks: Mapping[str, str]) -> None:
        for name, text in notebooks.items():
            Path(folder, f"{name}.ipynb").write_text(text, encoding="utf-8")

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what belongs to a submission, and let the gradebook alone."""
        handed_in = Path(self._format_source(assignment_id, student_id))
        if odd := odd_file(handed_in):
            raise NbGraderException(f"{odd!r} is a link, or no file; ask for the file itself.")
        if too_large(handed_in):
            raise NbGraderException(f"The notebook {TOO_LARGE}.")
        Path(self._format_dest(assignment_id, student_id)).mkdir(parents=True, exist_ok=True)
        BaseConverter.init_assignment(self, assignment_id, student_id)
        self._copy_from_source(assignment_id, student_id)
        known = self._registers[assignment_id].book.known
        files = [Path(each) for each in self.notebooks]
        for file in files:
            if file.stem not in known:
                self.log.warning("Skipping unknown notebook: %s", file)
        self.notebooks = [str(each) for each in files if each.stem in known]
        if not self.notebooks:
            raise NbGraderException("no notebook of the lesson's name was handed in")

    def _copy_from_source(self, assignment_id: str, student_id: str) -> None:
        """Lay the files of the source beside the notebooks, over those of the student's."""
        step = self.coursedir.source_directory
        source = Path(self.coursedir.format_path(step, ".", assignment_id))
        target = Path(self._format_dest(assignment_id, student_id))
        kept = {source / each for each in self.exclude_overwriting.get(assignment_id, [])}
        for name in utils.find_all_files(str(source), [*self.coursedir.ignore, "*.ipynb"]):
            if Path(name) not in kept:
                copy = target / Path(name).relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.unlink(missing_ok=True)
                shutil.copy(name, copy)


def grading(root: str, config: Config) -> Grading:
    """Return what grades in a course's folder.

    Args:
        root: the folder that holds `submitted/`.
        config: what its nbgrader_config.py says.

    Raises:
        NoDriver: this Python cannot speak to the course's database.
    """
    log = logging.Logger("nbgrader")
    log.addHandler(logging.NullHandler())
    folder = CourseDirectory(config=config, log=log, root=root)
    require_driver(folder.db_url)
    return Grading(coursedir=folder, config=config, log=log)


def _tidy(work: Path, lesson: str) -> None:
    """Remove what a grader of this lesson has left; who has the lesson's lock may."""
    for path in work.iterdir():
        if path.name.rpartition("~")[0] == lesson:
            utils.rmtree(str(path))


def _show(made: Path, shown: Path, *, partly: bool) -> None:
    """Put a graded submission where everybody looks for it, in the place of an older one.

    Args:
        made: its folder, complete.
        shown: where it is to be.
        partly: whether what else is there stays.
    """
    shown.parent.mkdir(parents=True, exist_ok=True)
    if partly and shown.exists():
        for path in sorted(made.iterdir()):
            if path.is_file():
                path.replace(shown / path.name)
        return
    if shown.exists():
        shown.rename(made.with_name(f"{made.name}.before"))
    made.rename(shown)
