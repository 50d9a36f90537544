"""A class is graded, in a process of its own: python classroom.py TOOL LESSON COUNT WORKERS.

Prints one number as JSON. TOOL is `looplab`, isolated, or `nbgrader`, which runs a submission in
its own kernel and isolates nothing: submissions a minute, start-up counted. Or it is `memory`:
the most MB that a process of `looplab grade` had; `writer`: the seconds of processor time that a
submission takes of the one process that gives out jobs and writes. Or it is `feedback`: pages a
second that `looplab feedback` writes for a class that is graded, nothing of it drawn before.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from loopgrade.authoring.build import build
from loopgrade.bank.demo import Student, copy_course, hand_in, students_of
from loopgrade.bank.verify import read_answers
from loopgrade.classroom.batch import grade as grade_here
from loopgrade.desk.feedback import feedback

COURSE = Path(__file__).resolve().parents[2]
EXAMINER = "use_examiner(c)\n"


def make_class(root: Path, lesson: str, count: int) -> None:
    """Build one lesson, and hand in so many answers of the bank, a wrong one after each right."""
    copy_course(COURSE, root)
    lessons = root / "autograder" / "lessons"
    for path in lessons.glob("*.py"):
        if path.stem != lesson:
            path.unlink()
    [built] = build(root)
    found = students_of(built.lesson, read_answers(root, built.lesson))
    right = cycle([each for each in found if each.right])
    wrong = cycle([each for each in found if not each.right and "stub" not in each.name])
    both = (each for pair in zip(right, wrong, strict=True) for each in pair)
    for number, each in enumerate(islice(both, count)):
        student = Student(f"s{number:04}", each.answers, each.right)
        hand_in(built.release, root / "autograder" / "submitted", lesson, student)


def grade(tool: str, root: Path, lesson: str, workers: int) -> None:
    """Grade the class with a command, as a teacher does."""
    if tool == "nbgrader":
        config = root / "autograder" / "nbgrader_config.py"
        config.write_text(config.read_text().replace(EXAMINER, ""))
        command = ["nbgrader", "autograde", lesson]
    else:
        command = ["loopgrade.cli", "grade", lesson, "--workers", str(workers)]
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root / "autograder",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)


def measure(tool: str, lesson: str, count: int, workers: int) -> float:
    """Return one figure."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        make_class(root, lesson, count)
        if tool == "writer":
            begun = time.process_time()
            grade_here(root, lesson, workers=workers)
            return (time.process_time() - begun) / count
        start = time.perf_counter()
        grade("nbgrader" if tool == "nbgrader" else "looplab", root, lesson, workers)
        if tool == "feedback":
            start = time.perf_counter()
            return len(feedback(root, lesson).pages) / (time.perf_counter() - start)
        minutes = (time.perf_counter() - start) / 60
    if tool == "memory":
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return count / minutes


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
