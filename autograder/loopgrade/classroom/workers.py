"""Who examines the submissions of a class: this process, several, or many machines.

There is one job (`loopgrade.steps.job`) and one way to share jobs out; what carries a job to
whom is a `Pool`. None of those who examine writes a grade. One that is lost costs the jobs that it
had in hand, which are given to another; code that ends its examiner time after time is told to
the teacher. Workers here end with the process that started them, however that ends.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from loopgrade.authoring.settings import undisturbed
from loopgrade.examination import sandbox
from loopgrade.examination.stopping import pause
from loopgrade.steps.job import graded
from looplab.pictures.describing import one_line

GOODBYE_SECONDS = 0.4
"""For a worker that was told to stop, to end its subjects."""

HEED_SECONDS = 0.1
"""How often who waits for workers looks whether grading was stopped."""


class Outcome:
    """What came of a job.

    Args:
        told: of `do`.

    Attributes:
        problem: why the submission could not be graded; empty where it was.
        notebooks: the text of each graded notebook, by its name.
    """

    def __init__(self, told: bytes) -> None:
        data = json.loads(told)
        self.problem: str = data.get("problem", "")
        self.notebooks: dict[str, str] = data.get("notebooks", {})


def do(exams: bytes, paper: bytes) -> bytes:
    """Do a job, wherever this is, and return what came of it as JSON.

    Args:
        exams: of `Exams.to_bytes`.
        paper: of `Paper.to_bytes`.
    """
    try:
        return json.dumps({"notebooks": graded(exams, paper)}).encode("ascii")
    except Exception as error:
        return failed(f"nbgrader could not grade it: {reason(error)}")


def failed(problem: str) -> bytes:
    """Return what came of a job that could not be done, as JSON.

    Args:
        problem: why, in words that go on after the student's name.
    """
    return json.dumps({"problem": problem}).encode("ascii")


Jobs = Iterable[tuple[str, bytes]]
"""A student, and the job's own part; made when somebody can do it."""


class Pool(Protocol):
    """Those who do jobs.

    Attributes:
        tries: how many of them may be lost with a job before it is given up.
    """

    tries: int

    def has_room(self) -> bool:
        """Return whether somebody can take a job now."""

    def give(self, student: str, paper: bytes) -> None:
        """Give somebody a job."""

    def take(self) -> Sequence[tuple[str, bytes | None]]:
        """Return whose jobs have ended, and what came of them: None where who did it is lost.

        It waits for one, but not longer than `HEED_SECONDS`.
        """

    def close(self) -> None:
        """Let them all go."""


def examine(pool: Pool, jobs: Jobs) -> Generator[tuple[str, Outcome]]:
    """Have submissions examined, and yield each once, as it is done.

    Args:
        pool: who does it; closed in the end.
        jobs: what is to be done.
    """
    coming, again = iter(jobs), list[tuple[str, bytes]]()
    in_hand: dict[str, bytes] = {}
    lost = Counter[str]()
    try:
        while True:
            pause()
            while pool.has_room() and (job := again.pop() if again else next(coming, None)):
                in_hand[job[0]] = job[1]
                pool.give(*job)
            if not in_hand and not again:
                if (job := next(coming, None)) is None:
                    return
                again.append(job)
            for student, told in pool.take():
                if student not in in_hand:
                    continue
                paper = in_hand.pop(student)
                if told is not None:
                    yield student, Outcome(told)
                    continue
                lost[student] += 1
                if lost[student] < pool.tries:
                    again.append((student, paper))
                else:
                    why = f"the processes that examined it ended, {pool.tries} times"
                    yield student, Outcome(failed(why))
    finally:
        pool.close()


class Here:
    """This process does the jobs itself, one after the other.

    Args:
        exams: what the jobs share.
    """

    tries = 1

    def __init__(self, exams: bytes) -> None:
        self._exams = exams
        self._job: tuple[str, bytes] | None = None

    def has_room(self) -> bool:
        """As `Pool.has_room`."""
        return self._job is None

    def give(self, student: str, paper: bytes) -> None:
        """As `Pool.give`."""
        self._job = (student, paper)

    def take(self) -> Sequence[tuple[str, bytes | None]]:
        """As `Pool.take`."""
        if self._job is None:
            return []
        (student, paper), self._job = self._job, None
        return [(student, do(self._exams, paper))]

    def close(self) -> None:
        """As `Pool.close`."""


class Beside:
    """Other processes of this machine do the jobs.

    Args:
        exams: what the jobs share.
        workers: how many processes.
    """

    tries = 2

    def __init__(self, exams: bytes, workers: int) -> None:
        kind = "spawn" if sys.platform != "linux" else "forkserver"
        self._context: Any = multiprocessing.get_context(kind)
        if sys.platform == "linux":
            self._context.set_forkserver_preload([__name__])  # nbgrader takes long to import
        self._exams, self._workers = exams, workers
        self._hands: list[_Hand] = []

    def has_room(self) -> bool:
        """As `Pool.has_room`."""
        return len(self._hands) < self._workers or any(not hand.student for hand in self._hands)

    def give(self, student: str, paper: bytes) -> None:
        """As `Pool.give`."""
        for hand in [each for each in self._hands if not each.student]:
            if hand.give(student, paper):
                return
            self._hands.remove(hand)  # it has died at rest, and no job with it
            hand.dismiss()
        self._hire(student, paper)

    def _hire(self, student: str, paper: bytes) -> None:
        hand = _Hand(self._context, self._exams)
        self._hands.append(hand)
        hand.give(student, paper)

    def take(self) -> Sequence[tuple[str, bytes | None]]:
        """As `Pool.take`."""
        busy = {hand.pipe: hand for hand in self._hands if hand.student}
        found = []
        for pipe in wait(list(busy), HEED_SECONDS):
            hand = busy[pipe]
            if not hand.hear():
                continue
            if hand.told is None:
                self._hands.remove(hand)
                hand.dismiss()
            if hand.died_at_rest:
                self._hire(hand.student, hand.paper)  # the job has cost nobody
                continue
            found.append((hand.student, hand.told))
            hand.student, hand.paper = "", b""
        return found

    def close(self) -> None:
        """As `Pool.close`."""
        for hand in self._hands:
            hand.stop()
        until = time.monotonic() + GOODBYE_SECONDS  # for all of them together
        for hand in self._hands:
            hand.dismiss(until)
        self._hands.clear()


class _Hand:
    """A worker, from here.

    Attributes:
        pipe: from which it is heard.
        student: whose submission it has; empty where it has none.
        paper: the job.
        told: what it has said last of a job; None where it has died.
    """

    def __init__(self, context: Any, exams: bytes) -> None:
        self.pipe, theirs = context.Pipe()
        self.student, self.paper = "", b""
        self.told: bytes | None = b""
        self._jobs, self._begun = 0, False
        self._process = context.Process(target=_work, args=(theirs, exams), daemon=True)
        with undisturbed():
            self._process.start()
        theirs.close()

    def give(self, student: str, paper: bytes) -> bool:
        """Give it a submission to examine, and return whether it is there to take it."""
        self.student, self.paper = student, paper
        self._jobs, self._begun = self._jobs + 1, False
        try:
            self.pipe.send_bytes(paper)
        except OSError:
            return False
        return True

    def hear(self) -> bool:
        """Hear what it says, and return whether that ends the job."""
        try:
            told = self.pipe.recv_bytes()
        except (EOFError, OSError):
            told = None
        if told == _BEGUN:
            self._begun = True
            return False
        self.told = told
        return True

    @property
    def died_at_rest(self) -> bool:
        """Whether it has died between two jobs, and was given the second all the same."""
        return self.told is None and self._jobs > 1 and not self._begun

    def stop(self) -> None:
        """Tell it to stop at once."""
        self._process.terminate()

    def dismiss(self, until: float | None = None) -> None:
        """Wait for its end, not for long.

        Args:
            until: how long, as `time.monotonic` has it; left out, as long as one may take.
        """
        self.pipe.close()
        left = GOODBYE_SECONDS if until is None else until - time.monotonic()
        self._process.join(max(0.0, left))
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


_BEGUN = b"begun"
"""What a worker says that has taken a job: if it dies now, it is with that."""


def _work(pipe: Connection, exams: bytes) -> None:
    """Do the jobs that come through the pipe, until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who started us
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()  # what is loaded by now is never thrown away, and need not be looked at
    with undisturbed(), suppress(EOFError, OSError):
        while True:
            paper = pipe.recv_bytes()
            pipe.send_bytes(_BEGUN)
            pipe.send_bytes(do(exams, paper))


def _leave(*_: Any) -> None:
    """End at once: an exception could be raised inside a library that tells or forgets it."""
    sandbox.leave()
    os._exit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def reason(error: Exception) -> str:
    """Return what an error says, in one line.

    >>> reason(OSError("no space left\\n(more of it)")), reason(KeyError())
    ('no space left', 'KeyError')
    >>> reason(OSError("(sqlite3.OperationalError) database is locked"))
    'database is locked'
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    # SQLAlchemy says first of which class the driver's error is.
    return one_line(re.sub(r"^\([\w.]+\) ", "", lines[0]), 200)
