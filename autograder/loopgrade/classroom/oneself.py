"""The whole verdict for who learns alone: hand in to oneself, and hear what a grader would say.

The checks in a notebook are a part of the tests. Here all of them judge, the hidden ones too, as
they would judge what is handed in: in a process of their own, as isolated as this machine can.
Of a hidden test nothing is told but that it failed, and its hint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopgrade.authoring.build import test_source
from loopgrade.authoring.lesson import Lesson, grade_id, read_lesson
from loopgrade.authoring.regions import solution_text, why_of, without_solution
from loopgrade.authoring.settings import read_settings
from loopgrade.classroom.states import State
from loopgrade.examination import sandbox
from loopgrade.examination.examiner import examine
from loopgrade.examination.test_cell import Verdict, seed_of
from loopgrade.steps.cells import GradedCell, grade_id_of, repaired, student_cells, test_cells
from loopgrade.steps.outputs import public_lines
from loopgrade.steps.reading import NoNotebook, read_notebook
from looplab.diagnosis.finding import diagnose
from looplab.pictures.describing import one_line

SECRET = b"looplab check"
"""What the hidden inputs grow out of here: the same each time, and no course's."""

_EXERCISE = re.compile(r"""^# %%.*\bexercise=["'](\w+)["']""", re.MULTILINE)


class CheckError(Exception):
    """A notebook cannot be checked; the text says what to do."""


@dataclass(frozen=True)
class Judged:
    """A test, as it ended.

    Attributes:
        name: what it is called.
        points: what it is worth.
        verdict: how it ended.
        answer: the text of the cell that it judged.
    """

    name: str
    points: float
    verdict: Verdict
    answer: str

    @property
    def told(self) -> list[str]:
        """Why the points are lost, in lines; with the cause and its line where they are known."""
        lines, run = public_lines(self.verdict), self.verdict.run
        if run is None or self.verdict.hidden:
            return lines
        cause = diagnose(run, self.answer, self.verdict.about)
        if cause is None or not cause.quoted:
            return lines
        hint = next((n for n, line in enumerate(lines) if line.startswith("  hint")), len(lines))
        rest = [line for line in lines[:hint] if not line.startswith("  look at")]
        is_new = cause.told not in " ".join(" ".join(rest).split())
        why = [f"  why        {cause.told}"] if is_new else []
        return [*rest, *why, f"  line {cause.line} │ {cause.quoted}"]

    @property
    def earned(self) -> float:
        """The points that the answer has of it."""
        return self.points if self.verdict.passed else 0.0


@dataclass(frozen=True)
class Checked:
    """An exercise of a notebook, with all its tests.

    Attributes:
        exercise: its name.
        attempted: whether the answer is another than what the lesson hands out.
        tests: each test; none where it was not attempted.
        of: the points that it is worth.
    """

    exercise: str
    attempted: bool
    tests: tuple[Judged, ...]
    of: float

    @property
    def points(self) -> float:
        """The points that the answer has."""
        return sum(each.earned for each in self.tests)


@dataclass(frozen=True)
class Report:
    """What came of a notebook.

    Attributes:
        notebook: the file.
        lesson: the lesson's name.
        exercises: each exercise, in the lesson's order.
        flags: what a teacher would be asked to look at.
    """

    notebook: Path
    lesson: str
    exercises: tuple[Checked, ...]
    flags: tuple[str, ...]

    @property
    def points(self) -> float:
        """The points in all."""
        return sum(each.points for each in self.exercises)

    @property
    def of(self) -> float:
        """The points that can be had."""
        return sum(each.of for each in self.exercises)


@dataclass(frozen=True)
class Solution:
    """What the course has for an exercise.

    Attributes:
        text: its answer cell, with the solution.
        why: why that is as it is, and which mistake it avoids; empty where the lesson does not say.
        others: right answers of the bank, each with what is particular about it.
    """

    text: str
    why: str
    others: tuple[tuple[str, str], ...]


def notebooks_named(course: Path, here: Path, names: Sequence[str]) -> list[Path]:
    """Return the notebooks that somebody means.

    Args:
        course: the folder that holds `autograder/`.
        here: the current folder, with the copies that somebody works in; else the course's.
        names: files, or lessons such as `02` or `02_yield_and_send`; none for all.

    Raises:
        CheckError: there is none of such a name.
    """
    lessons = [path.stem for path in _lesson_files(course)]
    folders = [here, course / "notebooks"]
    if not names:
        mine = [here / f"{lesson}.ipynb" for lesson in lessons]
        found = [path for path in mine if path.is_file()]
        if not found:
            raise CheckError(
                "There is no notebook of the course in this folder; go to the one that has yours, "
                "or name a file: looplab check FILE."
            )
        return found
    return [_notebook_named(name, lessons, here, folders) for name in names]


def _notebook_named(name: str, lessons: list[str], here: Path, folders: list[Path]) -> Path:
    if name.endswith(".ipynb"):
        if not (here / name).is_file():
            raise CheckError(f"There is no file {name}; look at its name and its folder.")
        return here / name
    meant = [each for each in lessons if each == name or each.partition("_")[0] == name]
    if not meant:
        raise CheckError(f"There is no lesson {name}; there are {', '.join(lessons)}.")
    paths = [folder / f"{meant[0]}.ipynb" for folder in folders]
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        raise CheckError(f"There is no {meant[0]}.ipynb here; name your file: looplab check FILE.")
    return found


def check(course: Path, notebook: Path, level: sandbox.Level) -> Report:
    """Judge a notebook by all the tests of its lesson.

    Args:
        course: the folder that holds `autograder/`.
        notebook: the file, as it was saved last.
        level: how isolated its code runs.

    Raises:
        CheckError: it is no notebook of the course that can be read.
    """
    try:
        cells = read_notebook(notebook).cells
    except NoNotebook as error:
        raise CheckError(f"{notebook.name} {error}.") from None
    return judge(course, notebook, cells, level)


def judge(course: Path, notebook: Path, cells: list[Any], level: sandbox.Level) -> Report:
    """Judge the cells of a notebook by all the tests of its lesson.

    Args:
        course: the folder that holds `autograder/`.
        notebook: the file; it is only named.
        cells: what it holds.
        level: how isolated its code runs.

    Raises:
        CheckError: no lesson of the course has an exercise of it.
    """
    lesson = lesson_of(course, notebook, cells)
    stub = read_settings(course / "autograder").stub
    known = {cell.grade_id: cell for cell in _known(lesson, stub)}
    cells = repaired(cells, known)
    answers = {grade_id_of(cell): cell.source for cell in cells}
    attempted = {
        each.name
        for each in lesson.exercises
        if answers.get(each.name, "").strip() not in ("", known[each.name].source.strip())
    }
    own = {cell.source.strip() for cell in lesson.cells}
    found = examine(
        student_cells(cells, known, own),
        [test for test in test_cells(cells, known) if test.exercise in attempted],
        level=level,
        seed=lambda test: seed_of(SECRET, lesson.name, test),
    )
    exercises = tuple(
        Checked(
            each.name,
            each.name in attempted,
            tuple(
                Judged(
                    test.name or "",
                    float(test.points or 0),
                    found.verdicts[grade_id(test)],
                    answers[each.name],
                )
                for test in each.tests
                if each.name in attempted
            ),
            sum(float(test.points or 0) for test in each.tests),
        )
        for each in lesson.exercises
    )
    flags = tuple(dict.fromkeys(flag for told in found.flags.values() for flag in told))
    return Report(notebook, lesson.name, exercises, flags)


def data(report: Report) -> dict[str, Any]:
    """Return a report as JSON, with what a student may know of each test."""
    return {
        "lesson": report.lesson,
        "exercises": [
            {
                "name": each.exercise,
                "of": each.of,
                "tests": [
                    {
                        "name": test.name,
                        "points": test.points,
                        "passed": test.verdict.passed,
                        "hidden": test.verdict.hidden,
                        "told": test.told if not test.verdict.passed else [],
                    }
                    for test in each.tests
                ],
            }
            for each in report.exercises
        ],
        "flags": report.flags,
    }


def solution(course: Path, notebook: Path, exercise: str) -> Solution:
    """Return the solution of an exercise, where the course shows it to students.

    Args:
        course: the folder that holds `autograder/`.
        notebook: the student's file, which says which lesson it is.
        exercise: its name.

    Raises:
        CheckError: the course shows no solutions, or has no such exercise.
    """
    if not read_settings(course / "autograder").solutions:
        raise CheckError("This course shows students no solutions; ask whoever teaches it.")
    try:
        lesson = lesson_of(course, notebook, read_notebook(notebook).cells)
    except NoNotebook as error:
        raise CheckError(f"{notebook.name} {error}.") from None
    found = {each.name: each for each in lesson.exercises}.get(exercise)
    if found is None:
        known = ", ".join(each.name for each in lesson.exercises)
        raise CheckError(f"{lesson.name} has no exercise {exercise!r}; there are {known}.")
    right = course / "autograder" / "answers" / lesson.name / exercise / "right"
    # The first line of an answer of the bank says what is particular about it.
    texts = [
        path.read_text(encoding="utf-8").partition("\n") for path in sorted(right.glob("*.py"))
    ]
    others = tuple((first.lstrip("# "), text.strip("\n")) for first, _, text in texts)
    source = found.answer.source
    return Solution(solution_text(source), why_of(source), others)


def told(report: Report) -> str:
    """Return a report in words, for a terminal."""
    return "\n".join(_lines(report))


def save_pictures(report: Report, folder: Path) -> list[Path]:
    """Save the timeline of each program that failed a test, and return the files.

    Args:
        report: of a notebook.
        folder: where they are to be. A hidden test's program has no picture.
    """
    from looplab.pictures.timeline import draw  # it brings matplotlib

    files = []
    for exercise in report.exercises:
        for number, test in enumerate(exercise.tests, 1):
            run = test.verdict.run
            if run is None or test.verdict.hidden or not run.lives:
                continue
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{report.lesson}-{exercise.exercise}-{number}.svg"
            draw(run).savefig(file)
            files.append(file)
    return files


def _lines(report: Report) -> Iterator[str]:
    yield f"{one_line(report.notebook.name, 80)}: {report.points:g} of {report.of:g} points"
    for each in report.exercises:
        state = f"{each.points:g}/{each.of:g}" if each.attempted else str(State.NOT_ATTEMPTED)
        yield f"\n{each.exercise}  {state}"
        for test in each.tests:
            if test.verdict.passed:
                yield f"✓ {test.name}  {test.points:g}/{test.points:g}"
            else:
                yield from test.told
    if report.flags:
        yield "\nA teacher would be asked to look at it, since the code"
        yield from (f"- {flag}" for flag in report.flags)


def _lesson_files(course: Path) -> list[Path]:
    return sorted((course / "autograder" / "lessons").glob("[0-9]*.py"))


def lesson_of(course: Path, notebook: Path, cells: Sequence[Any]) -> Lesson:
    """Return the lesson that a notebook belongs to: by its cells, whatever it is called.

    Args:
        course: the folder that holds `autograder/`.
        notebook: the file.
        cells: what it holds.

    Raises:
        CheckError: no lesson of the course has an exercise of it.
    """
    ids = {grade_id_of(cell) for cell in cells} - {None}
    # To read one takes a while: first it is only looked for.
    count = {path: len(_names_in(path) & ids) for path in _lesson_files(course)}
    best = max(count, key=lambda path: count[path], default=None)
    if best is None or not count[best]:
        raise CheckError(
            f"{one_line(notebook.name, 80)} has no exercise of this course; "
            "give the notebook of a lesson."
        )
    return read_lesson(best)


def _names_in(path: Path) -> set[str | None]:
    return {*_EXERCISE.findall(path.read_text(encoding="utf-8"))}


def _known(lesson: Lesson, stub: str) -> Iterator[GradedCell]:
    """Yield what a gradebook would know of a lesson."""
    for exercise in lesson.exercises:
        text = without_solution(exercise.answer.source, stub)
        yield GradedCell(grade_id(exercise.answer), text, "", None, True)
        for test in exercise.tests:
            points = float(test.points or 0)
            yield GradedCell(grade_id(test), test_source(test), "", points, False)
