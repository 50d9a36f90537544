"""The answer bank: what the grader must accept, and what it must reject.

    answers/NN_slug/EXERCISE/right/*.py     every point
    answers/NN_slug/EXERCISE/wrong/*.py     at least one lost, through the test that the
                                            first line names: `# loses: NAME OF THE TEST`

Each answer is examined as a student's is, in a sandbox. The stub is a wrong answer too:
it must earn nothing. So are the mutants of the reference solution (`loopgrade.bank.mutants`):
each must lose a point, or be listed as still right.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loopgrade.authoring.build import test_source
from loopgrade.authoring.lesson import Exercise, Lesson, LessonError, grade_id, read_lesson
from loopgrade.authoring.regions import solution_text, without_solution
from loopgrade.authoring.settings import read_settings
from loopgrade.bank.mutants import STILL_RIGHT, mutants, read_still_right
from loopgrade.examination import sandbox
from loopgrade.examination.examiner import StudentCell, examine
from loopgrade.examination.test_cell import TrustedTest, Verdict, seed_of
from looplab.pictures.describing import describe

MAX_LINES = 40
"""Of one verdict: its message, and what the program did."""

SECRET = b"the answer bank"
"""Seeds the hidden tests here: a bank's verdicts are the same on every machine.

A course draws a secret of its own. Inputs that grow out of another one may let a wrong answer
pass, or a right one fail: `verify` can try more than one.
"""


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
    """

    exercise: str
    name: str
    kind: Kind
    source: str
    loses: str = ""


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
        secret: the number of the secret, from 0, out of which the random inputs grew.
    """

    lesson: str
    answer: Answer
    points: float
    of: float
    verdicts: tuple[tuple[str, Verdict], ...]
    problem: str
    secret: int = 0


def read_answers(course: Path, lesson: Lesson) -> list[Answer]:
    """Return the answers to a lesson's exercises: reference, stub and bank.

    Raises:
        LessonError: a file of the bank is not as it must be.
    """
    stub = read_settings(course / "autograder").stub
    found = []
    for exercise in lesson.exercises:
        reference = exercise.answer.source
        found.append(Answer(exercise.name, "reference", "right", solution_text(reference)))
        found.append(Answer(exercise.name, "stub", "stub", without_solution(reference, stub)))
        folder = course / "autograder" / "answers" / lesson.name / exercise.name
        found += [_read(path, exercise, "right") for path in sorted(folder.glob("right/*.py"))]
        found += [_read(path, exercise, "wrong") for path in sorted(folder.glob("wrong/*.py"))]
    return found


def read_mutants(course: Path, lesson: Lesson) -> list[Answer]:
    """Return the mutants of a lesson's reference solutions.

    Raises:
        LessonError: a mutant is listed as still right, and there is no such mutant.
    """
    answers = course / "autograder" / "answers"
    listed = {key for key in read_still_right(answers) if key[0] == lesson.name}
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
    loses = first.removeprefix("# loses: ").strip() if kind == "wrong" else ""
    if kind == "wrong" and loses not in {test.name for test in exercise.tests}:
        names = ", ".join(repr(test.name) for test in exercise.tests)
        raise LessonError(f"{path}:1: say `# loses: NAME` with one of the tests {names}.")
    return Answer(exercise.name, path.stem, kind, source, loses)


def examine_answer(
    lesson: Lesson, answer: Answer, level: sandbox.Level, secret: int = 0
) -> Verified:
    """Examine one answer, with the reference solutions of the lesson's other exercises.

    Args:
        lesson: the lesson.
        answer: to one of its exercises.
        level: how isolated it runs.
        secret: the number of the secret, from 0.
    """
    key = b"%s %d" % (SECRET, secret) if secret else SECRET
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
    tests = [TrustedTest(grade_id(t), exercise.name, test_source(t)) for t in exercise.tests]
    found = examine(cells, tests, level=level, seed=lambda test: seed_of(key, lesson.name, test))
    verdicts = tuple((test.name or "", found.verdicts[grade_id(test)]) for test in exercise.tests)
    worth = [float(test.points or 0) for test in exercise.tests]
    points = sum(w for w, (_, verdict) in zip(worth, verdicts, strict=True) if verdict.passed)
    problem = _problem(answer, verdicts)
    honest = answer.kind not in ("mutant", "still right")
    if not problem and honest and (flags := found.flags.get(exercise.name)):
        problem = f"an honest answer is flagged: the code {flags[0]}"
    return Verified(lesson.name, answer, points, sum(worth), verdicts, problem, secret)


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
        problem = examine_answer(lesson, answer, level).problem
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
    secrets: int = 1,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Verified]:
    """Examine the whole answer bank of a course.

    Args:
        course: the folder that holds `autograder/`.
        lessons: their names; left out, all.
        level: how isolated the answers run.
        workers: how many are examined at once; left out, one for each processor.
        with_mutants: whether the mutants of the reference solutions are examined too.
        secrets: with how many secrets each is examined.
        progress: told how many are done, of how many, and which is done.

    Returns:
        One for each answer and secret, in the order of lessons, exercises, files and secrets.

    Raises:
        LessonError: a lesson or a file of the bank is not as it must be, or is not there.
    """
    folder = course / "autograder" / "lessons"
    paths = [path for path in sorted(folder.glob("*.py")) if not lessons or path.stem in lessons]
    for name in lessons or ():
        if name not in {path.stem for path in paths}:
            raise LessonError(f"{folder / name}.py:1: there is no such lesson.")
    tasks = [
        (lesson, answer, secret)
        for lesson in map(read_lesson, paths)
        for answer in (
            *read_answers(course, lesson),
            *(read_mutants(course, lesson) if with_mutants else ()),
        )
        for secret in range(secrets)
    ]
    # Not forked: a worker starts subjects, which must not get what this process holds.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as pool:
        running = {
            pool.submit(examine_answer, lesson, answer, level, secret): number
            for number, (lesson, answer, secret) in enumerate(tasks)
        }
        found: dict[int, Verified] = {}
        for done in as_completed(running):
            number = running[done]
            found[number] = done.result()
            progress(len(found), len(tasks), f"{tasks[number][1].exercise} {tasks[number][1].name}")
    return [found[number] for number in range(len(tasks))]


_KINDS: dict[Kind, str] = {
    "right": "right accepted",
    "wrong": "wrong rejected",
    "stub": "stub rejected",
    "mutant": "mutants killed",
    "still right": "still right",
}


def summary(verified: Sequence[Verified]) -> str:
    """Return how many answers of each exercise were judged rightly, and each wrong verdict."""
    lines = []
    for exercise in dict.fromkeys((each.lesson, each.answer.exercise) for each in verified):
        mine = [v for v in verified if (v.lesson, v.answer.exercise) == exercise]
        told = [f"{exercise[0]}  {exercise[1]}"]
        for kind, words in _KINDS.items():
            of = [v for v in mine if v.answer.kind == kind]
            if of or kind in ("right", "wrong", "stub"):
                told.append(f"{words} {sum(not v.problem for v in of)}/{len(of)}")
        lines.append("  ".join(told))
        for each in mine:
            if each.problem:
                number = f", secret {each.secret}" if each.secret else ""
                lines.append(f"  ✗ {each.answer.name}{number}: {each.problem}")
                if each.answer.kind in ("mutant", "still right"):
                    lines += [f"      {line}" for line in each.answer.source.splitlines()]
                for _, verdict in each.verdicts:
                    told = verdict.message.splitlines()
                    if verdict.run is not None and verdict.run.steps:
                        told += [f"  {line}" for line in describe(verdict.run).splitlines()]
                    lines += [f"      {line}" for line in told[:MAX_LINES]]
    return "\n".join(lines)
