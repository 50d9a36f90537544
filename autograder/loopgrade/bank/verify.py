"""The answer bank: what the grader must accept, and what it must reject.

    answers/NN_slug/EXERCISE/right/*.py     every point
    answers/NN_slug/EXERCISE/wrong/*.py     at least one lost, through the test that the
                                            first line names: `# loses: NAME OF THE TEST`

Each answer is examined as a student's is, in a sandbox. A wrong one must turn a test red that
students have too, or be listed as one that only hidden tests catch. The stub is a wrong answer
too: it must earn nothing. So are the mutants of the reference solution (`loopgrade.bank.mutants`):
each must lose a point, or be listed as still right.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Literal

from loopgrade.authoring.build import test_source
from loopgrade.authoring.lesson import Cell, Exercise, Lesson, LessonError, grade_id, read_lesson
from loopgrade.authoring.regions import solution_text, without_solution
from loopgrade.authoring.settings import read_settings
from loopgrade.bank.draws import FIRST, Draw, OfCourse, drawing_corners
from loopgrade.bank.mutants import STILL_RIGHT, mutants, read_list
from loopgrade.examination import sandbox
from loopgrade.examination.examiner import StudentCell, examine
from loopgrade.examination.forking import ForkServer
from loopgrade.examination.test_cell import TrustedTest, Verdict
from looplab.pictures.describing import describe

ONLY_HIDDEN = "only_hidden.toml"
"""Wrong answers that no test catches which students have, with the reason of each."""

MAX_LINES = 40
"""Of one verdict: its message, and what the program did."""

CORNERS = 2
"""With so many draws from the corners of its tests' inputs is a right answer examined too."""

AT_ONCE = 10
"""So many draws of a right answer share a process of the student's, which takes long to start."""


Kind = Literal["right", "wrong", "stub", "mutant", "still right"]


@dataclass(frozen=True)
class Answer:
    """A file of the bank, the reference solution, a mutant of it, or the stub.

    Attributes:
        exercise: what it answers.
        name: its file's name, or `reference`, `stub`, or a mutant's name.
        kind: `right`, `wrong`, `stub`, `mutant`, or `still right`, a mutant that is listed so.
        source: the whole text of the answer cell.
        loses: the name of the test through which a wrong answer must lose.
        only_hidden: whether it is listed as one that no test catches that students have.
        since: the Python 3 from which on it does: before, Python itself has that fault.
    """

    exercise: str
    name: str
    kind: Kind
    source: str
    loses: str = ""
    only_hidden: bool = False
    since: int = 0


_Task = tuple[Lesson, Answer, Sequence[Draw]]


@dataclass(frozen=True)
class Verified:
    """What the grader says of an answer.

    Attributes:
        lesson: the lesson's name.
        answer: what was examined.
        points: what it earned.
        of: what could be earned.
        verdicts: of each test, with its name.
        problem: why the grader is wrong; empty where it is right.
        draw: what the random inputs grew out of.
    """

    lesson: str
    answer: Answer
    points: float
    of: float
    verdicts: tuple[tuple[str, Verdict], ...]
    problem: str
    draw: Draw = FIRST


def read_answers(course: Path, lesson: Lesson) -> list[Answer]:
    """Return the answers to a lesson's exercises: reference, stub and bank.

    Raises:
        LessonError: a file of the bank is not as it must be.
    """
    stub = read_settings(course / "autograder").stub
    answers = course / "autograder" / "answers"
    listed = {key for key in read_list(answers, ONLY_HIDDEN, "answer") if key[0] == lesson.name}
    found = []
    for exercise in lesson.exercises:
        reference = exercise.answer.source
        found.append(Answer(exercise.name, "reference", "right", solution_text(reference)))
        found.append(Answer(exercise.name, "stub", "stub", without_solution(reference, stub)))
        folder = answers / lesson.name / exercise.name
        found += [_read(path, exercise, "right") for path in sorted(folder.glob("right/*.py"))]
        for path in sorted(folder.glob("wrong/*.py")):
            answer = _read(path, exercise, "wrong")
            key = (lesson.name, exercise.name, answer.name)
            if key in listed:
                answer = replace(answer, only_hidden=True)
                listed.discard(key)
            found += [answer] if sys.version_info >= (3, answer.since) else []
    if listed:
        name = "/".join(min(listed))
        raise LessonError(f"{answers / ONLY_HIDDEN}:1: there is no answer {name}; remove it.")
    return found


def read_mutants(course: Path, lesson: Lesson) -> list[Answer]:
    """Return the mutants of a lesson's reference solutions.

    Raises:
        LessonError: a mutant is listed as still right, and there is no such mutant.
    """
    answers = course / "autograder" / "answers"
    listed = {key for key in read_list(answers, STILL_RIGHT, "mutant") if key[0] == lesson.name}
    found = []
    for exercise in lesson.exercises:
        for mutant in mutants(solution_text(exercise.answer.source)):
            key = (lesson.name, exercise.name, mutant.name)
            kind: Kind = "still right" if key in listed else "mutant"
            listed.discard(key)
            found.append(Answer(exercise.name, mutant.name, kind, mutant.source))
    if listed:
        name = "/".join(min(listed))
        raise LessonError(f"{answers / STILL_RIGHT}:1: there is no mutant {name}; remove it.")
    return found


def _read(path: Path, exercise: Exercise, kind: Literal["right", "wrong"]) -> Answer:
    source = path.read_text(encoding="utf-8")
    first = source.partition("\n")[0]
    if not first.startswith("#"):
        raise LessonError(f"{path}:1: the first line must be a comment; say what it is for.")
    told = re.fullmatch(r"(.*) \(from Python 3\.(\d+)\)", first)
    first, since = told.groups() if told else (first, "0")
    loses = first.removeprefix("# loses: ").strip() if kind == "wrong" else ""
    if kind == "wrong" and loses not in {test.name for test in exercise.tests}:
        names = ", ".join(repr(test.name) for test in exercise.tests)
        raise LessonError(f"{path}:1: say `# loses: NAME` with one of the tests {names}.")
    return Answer(exercise.name, path.stem, kind, source, loses, since=int(since))


def examine_answer(
    lesson: Lesson, answer: Answer, level: sandbox.Level, draws: Sequence[Draw] = (FIRST,)
) -> list[Verified]:
    """Examine one answer, with the reference solutions of the lesson's other exercises.

    Args:
        lesson: the lesson.
        answer: to one of its exercises.
        level: how isolated it runs.
        draws: of the tests' random inputs. All share one subject; where that goes wrong,
            each is examined once more with one of its own, as a submission is.

    Returns:
        One for each draw.
    """
    exercise = next(each for each in lesson.exercises if each.name == answer.exercise)
    cells = [
        StudentCell(
            index,
            answer.source if cell.exercise == answer.exercise else solution_text(cell.source),
            cell.exercise,
            cell.exercise != answer.exercise,
        )
        for index, cell in enumerate(lesson.cells)
        if cell.kind == "code" and cell.role != "test"
    ]
    tests, seeds = [], {}
    for draw in draws:
        for test in exercise.tests:
            asked = TrustedTest(_asked(draw, test), exercise.name, test_source(test))
            tests.append(asked)
            seeds[asked.grade_id] = draw.seed(lesson.name, grade_id(test))
    mostly_ends = [seeds[_asked(d, test)] for d in draws if d.corner for test in exercise.tests]
    with drawing_corners(mostly_ends):
        found = examine(cells, tests, level=level, seed=seeds.__getitem__, server=_server(level))
    worth = [float(test.points or 0) for test in exercise.tests]
    verified = []
    for draw in draws:
        verdicts = tuple((t.name or "", found.verdicts[_asked(draw, t)]) for t in exercise.tests)
        points = sum(w for w, (_, verdict) in zip(worth, verdicts, strict=True) if verdict.passed)
        problem = _problem(answer, verdicts)
        honest = answer.kind not in ("mutant", "still right")
        if not problem and honest and (flags := found.flags.get(exercise.name)):
            problem = f"an honest answer is flagged: the code {flags[0]}"
        of = sum(worth)
        verified.append(Verified(lesson.name, answer, points, of, verdicts, problem, draw))
    if len(draws) > 1 and any(each.problem for each in verified):
        return [each for draw in draws for each in examine_answer(lesson, answer, level, [draw])]
    return verified


@cache
def _server(level: sandbox.Level) -> ForkServer:
    """Return the sandbox that the answers share which this process examines: all are our own."""
    return ForkServer(level)


def _asked(draw: Draw, test: Cell) -> str:
    return f"{grade_id(test)} {draw.name}".strip()


def _problem(answer: Answer, verdicts: Sequence[tuple[str, Verdict]]) -> str:
    passed = [name for name, verdict in verdicts if verdict.passed]
    lost = [name for name, verdict in verdicts if not verdict.passed]
    if answer.kind == "right" and lost:
        return f"a right answer loses {', '.join(map(repr, lost))}"
    if answer.kind == "stub" and passed:
        return f"the stub passes {', '.join(map(repr, passed))}"
    if answer.kind == "mutant" and not lost:
        return f"a mutant keeps every point: ask for more, or list it in {STILL_RIGHT} and say why"
    if answer.kind == "still right" and lost:
        return f"{STILL_RIGHT} lists it, and it loses {', '.join(map(repr, lost))}: remove it"
    if answer.kind == "wrong" and answer.loses not in lost:
        through = f"only {', '.join(map(repr, lost))}" if lost else "nothing"
        return f"a wrong answer must lose {answer.loses!r} and loses {through}"
    if answer.kind == "wrong":
        seen = [name for name, verdict in verdicts if not verdict.passed and not verdict.hidden]
        if answer.only_hidden and seen:
            return f"{ONLY_HIDDEN} lists it, and {seen[0]!r} turns red for students: remove it"
        if not seen and not answer.only_hidden:
            return (
                "a wrong answer turns no test red that students have: let one ask for more, or "
                f"list it in {ONLY_HIDDEN} and say why"
            )
    return ""


def stub_passes(stub: str, level: sandbox.Level) -> Callable[[Lesson, Exercise], str | None]:
    """Return what `build` asks of each exercise: why its stub earns points, if it does.

    Args:
        stub: what stands in a stub for the solution.
        level: how isolated it runs.
    """

    def ask(lesson: Lesson, exercise: Exercise) -> str | None:
        source = without_solution(exercise.answer.source, stub)
        answer = Answer(exercise.name, "stub", "stub", source)
        problem = examine_answer(lesson, answer, level)[0].problem
        return (
            f"{problem} of exercise {exercise.name!r}; make them ask for more." if problem else None
        )

    return ask


def verify(
    course: Path,
    lessons: Sequence[str] | None = None,
    *,
    level: sandbox.Level,
    workers: int | None = None,
    with_mutants: bool = True,
    only_right: bool = False,
    secrets: int = 1,
    corners: int = CORNERS,
    own: bytes = b"",
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Verified]:
    """Examine the whole answer bank of a course.

    Args:
        course: the folder that holds `autograder/`.
        lessons: their names; left out, all.
        level: how isolated the answers run.
        workers: how many are examined at once; left out, one for each processor and one more,
            since some wait.
        with_mutants: whether the mutants of the reference solutions are examined too.
        only_right: whether the references and the right answers are enough.
        secrets: with how many secrets each is examined.
        corners: with how many draws from the corners each right answer is examined besides.
        own: a course's secret, which each is examined with instead.
        progress: told how many are done, of how many, and which is done.

    Returns:
        One for each answer and draw, in the order of lessons, exercises, files and draws.

    Raises:
        LessonError: a lesson or a file of the bank is not as it must be, or is not there.
    """
    folder = course / "autograder" / "lessons"
    paths = [path for path in sorted(folder.glob("*.py")) if not lessons or path.stem in lessons]
    for name in lessons or ():
        if name not in {path.stem for path in paths}:
            raise LessonError(f"{folder / name}.py:1: there is no such lesson.")
    tasks = [
        (lesson, answer, draws)
        for lesson in map(read_lesson, paths)
        for answer in (
            *read_answers(course, lesson),
            *(read_mutants(course, lesson) if with_mutants and not only_right else ()),
        )
        if answer.kind == "right" or not only_right
        for draws in ([[OfCourse(secret=own)]] if own else _draws(answer, secrets, corners))
    ]
    # Not forked: a worker starts subjects, which must not get what this process holds.
    context = multiprocessing.get_context("spawn")
    workers = workers or (os.cpu_count() or 1) + 1
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running = {
            pool.submit(examine_answer, lesson, answer, level, draws): number
            for number, (lesson, answer, draws) in _in_turn(tasks)
        }
        found: dict[int, list[Verified]] = {}
        for done in as_completed(running):
            number = running[done]
            found[number] = done.result()
            progress(len(found), len(tasks), f"{tasks[number][1].exercise} {tasks[number][1].name}")
    return [each for number in range(len(tasks)) for each in found[number]]


def _in_turn(tasks: Sequence[_Task]) -> list[tuple[int, _Task]]:
    """Return the tasks with their places, one of each lesson in turn: those of one lesson wait."""
    lessons: dict[str, list[tuple[int, _Task]]] = {}
    for number, task in enumerate(tasks):
        lessons.setdefault(task[0].name, []).append((number, task))
    return [each for each in chain(*zip_longest(*lessons.values())) if each is not None]


def _draws(answer: Answer, secrets: int, corners: int) -> list[list[Draw]]:
    """Return with what an answer is examined, in batches that share a process.

    A wrong answer has its process to itself: it may end it, and so the others with it.
    """
    drawn = [Draw(number) for number in range(secrets)]
    if answer.kind != "right":
        return [[each] for each in drawn]
    drawn += [Draw(number, corner=True) for number in range(corners)]
    return [drawn[n : n + AT_ONCE] for n in range(0, len(drawn), AT_ONCE)]


_KINDS: dict[Kind, str] = {
    "right": "right accepted",
    "wrong": "wrong rejected",
    "stub": "stub rejected",
    "mutant": "mutants killed",
    "still right": "still right",
}


def summary(verified: Sequence[Verified]) -> str:
    """Return how many answers of each exercise were judged rightly, and each wrong verdict."""
    of_each: dict[tuple[str, str], dict[tuple[Kind, str], list[Verified]]] = {}
    for each in verified:
        mine = of_each.setdefault((each.lesson, each.answer.exercise), {})
        mine.setdefault((each.answer.kind, each.answer.name), []).append(each)
    lines = []
    for exercise, answers in of_each.items():
        told = [f"{exercise[0]}  {exercise[1]}"]
        for kind, words in _KINDS.items():
            of = [drawn for (each, _), drawn in answers.items() if each == kind]
            if of or kind in ("right", "wrong", "stub"):
                good = sum(not any(each.problem for each in drawn) for drawn in of)
                told.append(f"{words} {good}/{len(of)}")
        lines.append("  ".join(told))
        for drawn in answers.values():
            for problem in dict.fromkeys(each.problem for each in drawn if each.problem):
                lines += _told([each for each in drawn if each.problem == problem], len(drawn))
    return "\n".join(lines)


def _told(alike: Sequence[Verified], of: int) -> list[str]:
    """Return the first of the verdicts on one answer that are wrong in the same way."""
    first = alike[0]
    drawn = f", {first.draw.name}" if first.draw.name else ""
    times = f" (with {len(alike)} of {of} draws)" if of > 1 else ""
    lines = [f"  ✗ {first.answer.name}{drawn}: {first.problem}{times}"]
    if first.answer.kind in ("mutant", "still right"):
        lines += [f"      {line}" for line in first.answer.source.splitlines()]
    for _, verdict in first.verdicts:
        told = verdict.message.splitlines()
        if verdict.run is not None and verdict.run.steps:
            told += [f"  {line}" for line in describe(verdict.run).splitlines()]
        lines += [f"      {line}" for line in told[:MAX_LINES]]
    return lines
