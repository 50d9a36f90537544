"""A whole class: each submission of a lesson through nbgrader, one after the other.

`nbgrader autograde` in `autograder/` grades the same way, and every other nbgrader
command goes on from there. This adds what it lacks: a submission that cannot be read
gets one sentence saying why, and stops nobody; and *not graded* is told from 0 points.
"""

from __future__ import annotations

import glob
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from loopgrade.authoring.settings import Settings, read_settings, undisturbed
from loopgrade.examination import sandbox
from loopgrade.steps.soundness import require_sound
from loopgrade.steps.submission import last_line, unreadable
from looplab.pictures.describing import one_line


class GradingError(Exception):
    """Grading cannot start; the text says what to do."""


@dataclass(frozen=True)
class Score:
    """What a student has of one exercise.

    Attributes:
        exercise: its name.
        points: what was earned.
        of: what could be earned.
        lost: the reasons for each point lost, a line each.
    """

    exercise: str
    points: float
    of: float
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graded:
    """What came of one submission.

    Attributes:
        student: the name of its folder.
        status: `graded` now, `kept` from an earlier time, or `not graded`.
        scores: one for each exercise; empty where it was not graded.
        reason: why it was not graded, in one sentence.
        isolation: how isolated its code ran.
        flags: what smells of tampering, by exercise; it waits for a manual grade.
    """

    student: str
    status: Literal["graded", "kept", "not graded"]
    scores: tuple[Score, ...] = ()
    reason: str = ""
    isolation: str = ""
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """What was earned in all."""
        return sum(score.points for score in self.scores)

    @property
    def of(self) -> float:
        """What could be earned in all."""
        return sum(score.of for score in self.scores)


def grade(
    course: Path,
    lesson: str,
    *,
    students: Sequence[str] | None = None,
    level: sandbox.Level = "bubblewrap",
    regrade: bool = False,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Graded]:
    """Grade what was handed in for a lesson.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name, such as `02_yield_and_send`.
        students: whose submissions; left out, all.
        level: how isolated the students' code must run.
        regrade: whether to grade again what is graded already.
        progress: told how many are done, of how many, and who is next.

    Raises:
        GradingError: there is nothing to grade, or the lesson was not built.
        sandbox.SandboxError: `level` cannot be had here.
        canary.Unsound: the lesson's own reference loses a point here, or its stub has one.
    """
    sandbox.require(level)
    settings = read_settings(course / "autograder")
    settings.config.Examine.isolation = level
    submitted = Path(settings.root) / "submitted"
    found = sorted(path.parent.name for path in submitted.glob(f"*/{lesson}") if path.is_dir())
    for student in students or ():
        if student not in found:
            raise GradingError(f"{student} has handed in nothing for {lesson}: see {submitted}.")
    chosen = [name for name in found if students is None or name in students]
    if not chosen:
        raise GradingError(
            f"Nobody has handed in {lesson}; put notebooks into "
            f"{submitted / 'STUDENT' / lesson / lesson}.ipynb."
        )
    graded = []
    with _nbgrader(settings) as api:
        if lesson not in {each["name"] for each in api.get_assignments()}:
            raise GradingError(f"The gradebook does not know {lesson}; run `looplab build` first.")
        require_sound(Path(settings.root), api.coursedir.db_url, lesson, lesson, level)
        for number, student in enumerate(chosen):
            progress(number, len(chosen), student)
            graded.append(_grade_one(api, Path(settings.root), lesson, student, regrade))
        progress(len(chosen), len(chosen), "")
    return graded


def require_lesson_sound(course: Path, lesson: str, level: sandbox.Level) -> None:
    """Make sure that a lesson that was built can be graded here.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name.
        level: how isolated code runs.

    Raises:
        canary.Unsound: its own reference loses a point here, or its stub has one.
    """
    settings = read_settings(course / "autograder")
    with _nbgrader(settings) as api:
        require_sound(Path(settings.root), api.coursedir.db_url, lesson, lesson, level)


@contextmanager
def _nbgrader(settings: Settings) -> Iterator[Any]:
    """Give nbgrader's interface to a course, quiet."""
    with undisturbed():
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        log = logging.Logger("nbgrader")
        log.addHandler(logging.NullHandler())
        folder = CourseDirectory(config=settings.config, log=log, root=settings.root)
        yield NbGraderAPI(folder, config=settings.config, log=log)


def _grade_one(api: Any, root: Path, lesson: str, student: str, regrade: bool) -> Graded:
    file = root / "submitted" / student / lesson / f"{lesson}.ipynb"
    if not student.isprintable() or glob.has_magic(student):
        reason = f"{student!r} is no name for a folder: nbgrader reads signs such as * in it."
        return Graded(one_line(student, 60), "not graded", reason=reason)
    problem = unreadable(file)
    if problem:
        return Graded(student, "not graded", reason=problem)
    done = root / "autograded" / student / lesson / f"{lesson}.ipynb"
    before = done.stat().st_mtime_ns if done.exists() else None
    try:
        result = api.autograde(lesson, student, force=regrade, create=True)
    except SystemExit:
        result = {"success": False, "log": "", "error": "SystemExit"}
    if not result["success"] or not done.exists():
        reason = _last_error(result.get("log", "")) or last_line(result.get("error", ""))
        return Graded(student, "not graded", reason=f"nbgrader could not grade it: {reason}")
    status: Literal["graded", "kept"] = "graded"
    if before is not None and done.stat().st_mtime_ns == before:
        status = "kept"
    notebook = json.loads(done.read_text(encoding="utf-8"))
    stamp = notebook["metadata"].get("looplab", {})
    flags = {name: tuple(told) for name, told in stamp.get("flags", {}).items()}
    scores = _scores(api, lesson, student, notebook)
    return Graded(student, status, scores, "", stamp.get("isolation", "unknown"), flags)


def _last_error(log: str) -> str:
    """Return the error that nbgrader logged, without the traceback above it."""
    found = re.findall(r"^ +\w[\w.]*(?:Error|Exception): (.+)$", log, re.MULTILINE)
    return one_line(found[-1], 200) if found else ""


def _scores(api: Any, lesson: str, student: str, notebook: Any) -> tuple[Score, ...]:
    reasons = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): output["evalue"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output.get("ename") in ("CheckFailed", "HiddenCheckFailed")
    }
    exercises: dict[str, list[Any]] = {}
    with api.gradebook as gradebook:
        book = gradebook.find_submission_notebook(lesson, lesson, student)
        for each in book.grades:
            exercises.setdefault(each.name.partition("-")[0], []).append(
                (each.name, float(each.score), float(each.max_score))
            )
    return tuple(
        Score(
            exercise,
            sum(points for _, points, _ in tests),
            sum(of for _, _, of in tests),
            tuple(reasons[name] for name, _, _ in sorted(tests) if name in reasons),
        )
        for exercise, tests in sorted(exercises.items())
    )


def flags(rows: Sequence[Graded]) -> str:
    """Return what a teacher is to look at, a line for each reason.

    >>> print(flags([Graded("ada", "graded", flags={"twice": ("uses ctypes",)})]))
    ada, twice: the code uses ctypes
    """
    return os.linesep.join(
        f"{row.student}, {exercise}: the code {reason}"
        for row in rows
        for exercise, reasons in row.flags.items()
        for reason in reasons
    )


def table(rows: Sequence[Graded]) -> str:
    """Return results as a table, a line for each student.

    >>> print(table([Graded("ada", "graded", (Score("twice", 1, 2),), "", "process")]))
    student  twice  points  status
    -------  -----  ------  ------
    ada      1/2    1/2     graded
    """
    exercises = list(dict.fromkeys(score.exercise for row in rows for score in row.scores))
    lines = [["student", *exercises, "points", "status"]]
    for row in rows:
        by_name = {score.exercise: f"{score.points:g}/{score.of:g}" for score in row.scores}
        cells = [by_name.get(exercise, "-") for exercise in exercises]
        points = f"{row.points:g}/{row.of:g}" if row.scores else "-"
        status = row.status + (f": {row.reason}" if row.reason else "")
        status += f", look at {', '.join(row.flags)}" if row.flags else ""
        lines.append([row.student, *cells, points, status])
    widths = [max(map(len, column)) for column in list(zip(*lines, strict=True))[:-1]]
    widths.append(len(lines[0][-1]))
    lines.insert(1, ["-" * width for width in widths])
    return os.linesep.join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
