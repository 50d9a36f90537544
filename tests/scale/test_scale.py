"""One way to grade, three that carry the jobs: the small form of `python tests/scale`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from machines import LEVEL, Machines, entered, graded, start_grading, until
from small import LESSON, RIGHT

from loopgrade.classroom import workers
from loopgrade.classroom.cluster import problem_of
from loopgrade.steps import job
from loopgrade.steps.job import Exams, Paper, StoodStill, Terms
from loopgrade.steps.secret import course_secret

HandIn = Callable[..., Path]

WRONG = {**RIGHT, "twice": "def twice(n):\n    return 42"}
SLOW = {**RIGHT, "twice": "import select\nselect.select([], [], [], 4)\n" + RIGHT["twice"]}


def hand_in_a_class(hand_in: HandIn) -> dict[str, float]:
    """Hand in, and return what each has earned."""
    for number in range(5):
        hand_in(f"s{number}", **(WRONG if number % 2 else RIGHT))
    hand_in("slow", **SLOW)
    return {**{f"s{number}": 3.0 if number % 2 else 4.0 for number in range(5)}, "slow": 4.0}


def done(grader: subprocess.Popen[str]) -> str:
    """Return what a grader says in the end, which is to be well."""
    out, err = grader.communicate(timeout=240)
    assert grader.returncode == 0, out + err
    return out + err


def test_many_machines_and_one_give_the_same(hand_in: HandIn, small_course: Path) -> None:
    """Byte for byte; and a worker that is killed, or joins late, changes nothing."""
    pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    points = hand_in_a_class(hand_in)
    course_secret(small_course / "autograder")  # one for both
    alone = small_course.with_name("alone")
    shutil.copytree(small_course, alone)
    done(start_grading(alone, "--workers", "1"))
    assert entered(alone) == points
    with Machines() as machines:
        first = machines.join()
        too_many = machines.join("--nthreads", "3")
        grader = machines.grade(small_course)
        until(lambda: entered(small_course) and "slow" not in entered(small_course))
        machines.join()
        # `slow` takes so long that who has it is killed while it does.
        first.kill()
        said = done(grader)
        assert too_many.poll() is None
    assert "gets no jobs: it has 3 threads; start it with --nthreads 1" in said
    assert entered(small_course) == points
    assert graded(small_course) == graded(alone)
    assert not list((small_course / "autograder" / ".grading").glob(f"{LESSON}~*"))


def test_who_does_not_find_a_scheduler_is_told(hand_in: HandIn, small_course: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    hand_in("ada", **RIGHT)
    grader = start_grading(small_course, "--scheduler", "tcp://127.0.0.1:9")
    _, err = grader.communicate(timeout=120)
    assert grader.returncode == 1
    assert "looplab: No Dask scheduler answers at tcp://127.0.0.1:9" in err
    assert "Traceback" not in err
    assert entered(small_course) == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"version": "0.0.1"}, "and the grader has 0.0.1"),
        ({"python": "3.11.0rc1"}, "and the grader has 3.11.0rc1"),
        ({"code": "0" * 64}, "has other lines than the grader's"),
    ],
)
def test_a_machine_that_differs_is_refused(change: dict[str, str], told: str) -> None:
    terms = replace(Terms.here(LEVEL), **change)
    assert problem_of(json.dumps(asdict(terms))).endswith(told)
    assert bool(problem_of(json.dumps(asdict(terms)))) == bool(told)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")
def test_a_process_that_was_stopped_is_noticed() -> None:
    program = """
import time
from loopgrade.steps.pulse import Pulse
with Pulse() as pulse:
    print("begun", flush=True)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        time.sleep(0.05)
print(pulse.stood_still)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGSTOP)
    time.sleep(6)
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate(timeout=60)
    assert out == "True\n"


class Stopped:
    """A pulse of a process that stands still so many times, and then never again."""

    times = 0

    def __enter__(self) -> "Stopped":
        self.stood_still = Stopped.times > 0
        Stopped.times -= 1
        return self

    def __exit__(self, *_: object) -> None: ...


def test_who_stood_still_examines_again_or_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    monkeypatch.setattr(job, "Pulse", Stopped)
    monkeypatch.setattr(job, "_all_graded", lambda *_: found.append(1) or {"a": "graded"})
    exams = Exams({}, (), {}, Terms.here(LEVEL)).to_bytes()
    Stopped.times = job.TRIES - 1
    assert job.graded(exams, Paper({}).to_bytes()) == {"a": "graded"}
    assert len(found) == job.TRIES
    Stopped.times = job.TRIES
    with pytest.raises(StoodStill, match="give the same command again"):
        job.graded(exams, Paper({}).to_bytes())
    Stopped.times = job.TRIES
    outcome = workers.Outcome(workers.do(exams, Paper({}).to_bytes()))
    assert "stood still" in outcome.problem and not outcome.notebooks


def test_what_crosses_is_the_same_on_the_other_side() -> None:
    terms = Terms.here(LEVEL)
    known = {"twice": job.GradedCell("twice", "def f(): …", "1a", None, True)}
    exam = job.Exam(known, ("import looplab",), {"name": "python3"}, {"t": "5"}, {"tests": {}})
    exams = Exams({"01": exam}, ("a.Step",), {"Step": {"n": 3}}, terms)
    assert Exams.from_bytes(exams.to_bytes()) == exams
    paper = Paper({"01": b"\xff\xfe no text \x00"}, b"2030-01-01")
    assert Paper.from_bytes(paper.to_bytes()) == paper


class Lossy:
    """A pool that loses whoever has a job of the students named, so many times."""

    tries = 3

    def __init__(self, losses: dict[str, int]) -> None:
        self._losses, self._had, self.closed = losses, list[str](), False

    def has_room(self) -> bool:
        return len(self._had) < 2

    def give(self, student: str, paper: bytes) -> None:
        self._had.append(student)

    def take(self) -> list[tuple[str, bytes | None]]:
        student = self._had.pop(0)
        self._losses[student] = self._losses.get(student, 0) - 1
        if self._losses[student] >= 0:
            return [(student, None)]
        told = json.dumps({"notebooks": {student: ""}}).encode()
        return [(student, told), (student, told)]  # as from two who had it

    def close(self) -> None:
        self.closed = True


def test_each_is_told_once_whoever_is_lost() -> None:
    pool = Lossy({"b": 2, "c": 3})
    jobs = ((name, b"") for name in "abcd")
    found = [(student, outcome.problem) for student, outcome in workers.examine(pool, jobs)]
    assert sorted(name for name, _ in found) == ["a", "b", "c", "d"]
    problems = {name: problem for name, problem in found if problem}
    assert problems == {"c": "the processes that examined it ended, 3 times"}
    assert pool.closed


def test_a_worker_that_was_dying_when_it_got_a_job_has_not_lost_it() -> None:
    exams = Exams({}, (), {}, Terms.here(LEVEL)).to_bytes()
    pool = workers.Beside(exams, 1)
    try:
        pool.give("a", Paper({}).to_bytes())
        until(lambda: any(pool.take()))
        (hand,) = pool._hands
        os.kill(hand._process.pid, signal.SIGSTOP)  # its pipe takes what it never reads
        pool.give("b", Paper({}).to_bytes())
        hand._process.kill()
        found: list[tuple[str, bytes | None]] = []
        until(lambda: found.extend(pool.take()) or found)
        assert [(name, told is None) for name, told in found] == [("b", False)]
    finally:
        pool.close()


def test_a_worker_that_dies_at_rest_takes_no_job_with_it() -> None:
    exams = Exams({}, (), {}, Terms.here(LEVEL)).to_bytes()
    pool = workers.Beside(exams, 1)
    try:
        for student in "ab":
            pool.give(student, Paper({}).to_bytes())
            found: list[tuple[str, bytes | None]] = []
            until(lambda found=found: found.extend(pool.take()) or found)
            assert [(name, workers.Outcome(told or b"{}").problem) for name, told in found] == [
                (student, "")
            ]
            (hand,) = pool._hands
            hand._process.kill()
            hand._process.join()
    finally:
        pool.close()
