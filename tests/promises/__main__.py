"""What is promised, measured: python tests/promises.

    python tests/promises same       the same class again and again, on an idle and a busy machine
    python tests/promises agree      the same class under plain nbgrader, in a kernel of its own
    python tests/promises desk       a student's desk, in a real browser: how soon, and how much

`same` examines the whole answer bank, and compares scores, reasons and Runs byte for byte (but
for the Runs of programs that start threads: these have real time in them).
`agree` hands the bank in, and grades it twice: with the examiner, and by nbgrader alone, which
runs the same cells and tests in one kernel. Both print a table and the differences. `desk` takes
some minutes, and wants a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

import looplab
from loopgrade import course
from loopgrade.authoring.build import build
from loopgrade.authoring.lesson import Lesson
from loopgrade.authoring.settings import read_settings, undisturbed
from loopgrade.bank.demo import Student, copy_course, hand_in
from loopgrade.bank.verify import Answer, Verified, read_answers, verify
from loopgrade.classroom import batch, converter
from loopgrade.classroom.rows import Row
from loopgrade.examination import sandbox
from loopgrade.steps.cells import exercise_of

USE_EXAMINER = re.compile(r"^use_examiner\(c\)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=["same", "agree", "desk"], help="left out, all")
    parser.add_argument("--times", type=int, default=20, help="how often `same` grades")
    parser.add_argument("--lessons", nargs="+", metavar="LESSON")
    options = parser.parse_args()
    level = sandbox.strongest()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, isolation {level}")
    failed = 0
    if options.what in ("same", None):
        failed += same(options.times, options.lessons, level)
    if options.what in ("agree", None):
        failed += agree(options.lessons, level)
    if options.what in ("desk", None):
        sys.path.insert(0, str(Path(__file__).parents[1]))
        from desk import desk  # it needs Chromium

        failed += desk(options.lessons)
    return 1 if failed else 0


# ---- same ----


def same(times: int, lessons: list[str] | None, level: sandbox.Level) -> int:
    """Examine the bank `times` times idle and as often busy; return how often it differed."""
    first: list[Verified] = []
    different = 0
    for busy in (False, True):
        start = time.monotonic()
        prints = Counter[str]()
        with _load() if busy else _idle():
            for _ in range(times):
                found = verify(course.find(), lessons, level=level, with_mutants=False)
                first = first or found
                told = [_compared(each) for each in found]
                prints[hashlib.sha256(repr(told).encode()).hexdigest()[:12]] += 1
                for one, other in zip(first, found, strict=True):
                    if _compared(one) != _compared(other):
                        different += 1
                        print(f"  differs: {one.answer.exercise} {one.answer.name}")
                        print(*_differences(one, other), sep="\n")
        machine = "busy" if busy else "idle"
        seconds = (time.monotonic() - start) / times
        print(
            f"same    {machine}  {len(first)} answers, {times} times, {seconds:.1f} s each: "
            f"{len(prints)} different result{'' if len(prints) == 1 else 's'} {min(prints)}"
        )
    return different


def _compared(one: Verified) -> Verified:
    """Return what must be the same: all but the picture of a program with threads of its own."""
    verdicts = tuple(
        (name, replace(told, run=None) if told.run is not None and told.run.threads else told)
        for name, told in one.verdicts
    )
    return replace(one, verdicts=verdicts)


def _differences(one: Verified, other: Verified) -> Iterator[str]:
    """Yield what of two verdicts is not the same."""
    for (name, mine), (_, its) in zip(one.verdicts, other.verdicts, strict=True):
        if mine.message != its.message:
            yield f"    {name}: {mine.message!r}, {its.message!r}"
        if mine.run is not None and its.run is not None:
            for field in fields(mine.run):
                values = getattr(mine.run, field.name), getattr(its.run, field.name)
                if values[0] != values[1]:
                    yield f"    {name}, {field.name}: {values[0]!r:.300}, {values[1]!r:.300}"


@contextmanager
def _idle() -> Iterator[None]:
    yield


@contextmanager
def _load() -> Iterator[None]:
    """Keep every processor busy twice over."""
    burn = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(burn) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for each in burners:
            each.kill()
            each.wait()


# ---- agree ----


def agree(lessons: list[str] | None, level: sandbox.Level) -> int:
    """Grade the bank with and without the examiner; return how many scores differ."""
    different = 0
    with tempfile.TemporaryDirectory(prefix="looplab-agree-") as folder:
        examined, plain = Path(folder, "examined"), Path(folder, "plain")
        for root in (examined, plain):
            copy_course(course.find(), root)
        config = plain / "autograder" / "nbgrader_config.py"
        text = USE_EXAMINER.sub("c.Execute.timeout = 60", config.read_text(encoding="utf-8"))
        config.write_text(text, encoding="utf-8")
        builds = [build(root, lessons) for root in (examined, plain)]
        for one, other in zip(*builds, strict=True):
            answers = read_answers(examined, one.lesson)
            class_ = _class(one.lesson, answers)
            for root, built in ((examined, one), (plain, other)):
                for student in class_:
                    submitted = root / "autograder" / "submitted"
                    hand_in(built.release, submitted, built.lesson.name, student)
            # Other random inputs may find more of what is wrong; a kernel has these.
            converter.seed_of = lambda *_: looplab.SEED
            name = one.lesson.name
            mine = _scores(batch.grade(examined, name, level=level, workers=1))
            with _quiet():  # each kernel warns that it is not encrypted
                theirs = _plain_scores(plain, name, [student.name for student in class_])
            wrong = [key for key in mine if mine[key] != theirs.get(key)]
            different += len(wrong)
            print(
                f"agree   {one.lesson.name}  {len(class_)} notebooks, {len(mine)} scores: "
                f"{len(mine) - len(wrong)} alike"
            )
            for student_name, exercise in wrong:
                given = next(each for each in class_ if each.name == student_name).answers
                names = {each.source: each.name for each in answers}
                told = ", ".join(f"{name} {names[source]}" for name, source in given.items())
                ours, its = mine[student_name, exercise], theirs.get((student_name, exercise))
                ungraded = theirs.get((student_name, "everything"), its)
                print(f"  {exercise} of a notebook with {told}: {ours} and {ungraded}")
    return different


@contextmanager
def _quiet() -> Iterator[None]:
    """Send what this process and its children write to stderr nowhere."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _class(lesson: Lesson, answers: list[Answer]) -> list[Student]:
    """Return few students who hand in every answer of the bank, one of each exercise."""
    banks = {
        exercise.name: [each.source for each in answers if each.exercise == exercise.name]
        for exercise in lesson.exercises
    }
    return [
        Student(
            f"student{number:02}",
            {name: bank[number % len(bank)] for name, bank in banks.items()},
            right=False,
        )
        for number in range(max(map(len, banks.values())))
    ]


def _scores(rows: list[Row]) -> dict[tuple[str, str], Any]:
    return {
        (row.student, exercise): points
        for row in rows
        for exercise, points in (
            [(score.exercise, score.points) for score in row.scores]
            or [("everything", f"{row.status}: {row.why}")]
        )
    }


def _plain_scores(course: Path, lesson: str, students: list[str]) -> dict[tuple[str, str], Any]:
    """Grade a class with nbgrader alone, and return the points of each exercise."""
    settings = read_settings(course / "autograder")
    found: dict[tuple[str, str], Any] = {}
    with undisturbed():
        folder = CourseDirectory(config=settings.config, log=_LOG, root=settings.root)
        api = NbGraderAPI(folder, config=settings.config, log=_LOG)
        for student in students:
            told = api.autograde(lesson, student)
            if not told["success"]:
                found[student, "everything"] = f"not graded: {told['error']}"
                continue
            with api.gradebook as gradebook:
                book = gradebook.find_submission_notebook(lesson, lesson, student)
                for grade in book.grades:
                    key = student, exercise_of(grade.name)
                    found[key] = found.get(key, 0.0) + grade.score
    return found


_LOG = logging.Logger("nbgrader")
_LOG.addHandler(logging.NullHandler())


if __name__ == "__main__":
    sys.exit(main())
