"""Several processes that examine submissions side by side; none of them writes a grade.

A worker that dies costs the submission that it had in hand, which is given to another,
once: code that ends its examiner twice is told to the teacher. Workers end with the
process that started them, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from traitlets.config import Config

from loopgrade.authoring.settings import undisturbed
from loopgrade.classroom.converter import Grading, Work, grading
from loopgrade.examination import sandbox
from loopgrade.examination.stopping import pause
from looplab.pictures.describing import one_line

GOODBYE_SECONDS = 0.4
"""For a worker that was told to stop, to end its subjects."""

HEED_SECONDS = 0.1
"""How often who waits for workers looks whether grading was stopped."""

Outcome = tuple[str, str]
"""A student, and why their submission could not be graded; empty where it was."""


def examine_here(grader: Grading, lesson: str, students: Sequence[str]) -> Generator[Outcome]:
    """Examine submissions in this process, and yield each as it is done."""
    for student in students:
        pause()
        yield student, _examine(grader, lesson, student)


def examine_beside(
    work: Work, students: Sequence[str], root: str, config: Config, workers: int
) -> Generator[Outcome]:
    """Examine submissions in other processes, and yield each as it is done.

    Args:
        work: what they share.
        students: whose submissions.
        root: the course's folder, as nbgrader has it.
        config: what its nbgrader_config.py says, and the isolation.
        workers: how many processes.
    """
    context: Any = multiprocessing.get_context("spawn" if sys.platform != "linux" else "forkserver")
    if sys.platform == "linux":
        context.set_forkserver_preload([__name__])  # nbgrader takes long to import
    todo, tries = list(reversed(students)), dict.fromkeys(students, 0)
    hands: dict[Connection, _Hand] = {}
    try:
        while todo or hands:
            pause()
            while todo and len(hands) < workers:
                hand = _Hand(context, work, root, config)
                hands[hand.pipe] = hand
                hand.give(todo.pop())
            for pipe in wait(list(hands), HEED_SECONDS):
                hand = hands[pipe]  # type: ignore[index]  # only connections are waited for
                told = hand.take()
                if told is not None:
                    yield told
                    if todo:
                        hand.give(todo.pop())
                        continue
                else:
                    tries[hand.student] += 1
                    if tries[hand.student] < 2:
                        todo.append(hand.student)
                    else:
                        yield hand.student, "the process that examined it ended, twice"
                del hands[hand.pipe]
                hand.dismiss()
    finally:
        for hand in hands.values():
            hand.stop()
        until = time.monotonic() + GOODBYE_SECONDS  # for all of them together
        for hand in hands.values():
            hand.dismiss(until)


class _Hand:
    """A worker, from here.

    Attributes:
        pipe: from which it is heard.
        student: whose submission it has.
    """

    def __init__(self, context: Any, work: Work, root: str, config: Config) -> None:
        self.pipe, theirs = context.Pipe()
        self.student = ""
        arguments = (theirs, work, root, config)
        self._process = context.Process(target=_work, args=arguments, daemon=True)
        with undisturbed():
            self._process.start()
        theirs.close()

    def give(self, student: str) -> None:
        """Give it a submission to examine."""
        self.student = student
        with suppress(OSError):  # it has died, and `take` will say so
            self.pipe.send(student)

    def take(self) -> Outcome | None:
        """Return what came of it; None where the worker has died."""
        try:
            return self.student, str(self.pipe.recv())
        except (EOFError, OSError):
            return None

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


def _work(pipe: Connection, work: Work, root: str, config: Config) -> None:
    """Examine what comes through the pipe, until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who started us
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with undisturbed():
        grader = grading(root, config)
        grader.join(work)
        with suppress(EOFError, OSError):
            while True:
                pipe.send(_examine(grader, work.lesson, pipe.recv()))


def _leave(*_: Any) -> None:
    """End at once: an exception could be raised inside a library that tells or forgets it."""
    sandbox.leave()
    os._exit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _examine(grader: Grading, lesson: str, student: str) -> str:
    """Examine a submission, and return why it could not be; empty where it was."""
    try:
        grader.examine(lesson, student)
    except Exception as error:
        return f"nbgrader could not grade it: {reason(error)}"
    return ""


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
