"""Many machines on one: a Dask scheduler and its workers, each a process, for the tests to kill."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from small import LESSON

from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()


def start(*words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start a module of Python's, with what is imported here."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def start_grading(course: Path, *options: str) -> subprocess.Popen[str]:
    """Start `looplab grade`."""
    words = ["loopgrade.cli", "grade", LESSON, "--isolation", LEVEL, *options]
    return start(*words, cwd=course / "autograder")


class Machines:
    """A scheduler and its workers; all end with the block."""

    def __init__(self) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self.workers: list[subprocess.Popen[str]] = []
        self.graders: list[subprocess.Popen[str]] = []
        self.start_scheduler()

    def __enter__(self) -> "Machines":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for process in (*self.graders, *self.workers, self.scheduler):
            end(process)

    def start_scheduler(self) -> None:
        """Start the scheduler, or start it again where it was."""
        words = ["dask", "scheduler", "--host", "127.0.0.1", "--port", str(self._port)]
        self.scheduler = start(*words, "--no-dashboard")

    def join(self, *options: str) -> subprocess.Popen[str]:
        """Start a worker."""
        words = ["dask", "worker", self.address, "--no-nanny", "--no-dashboard"]
        words += ["--memory-limit", "0"]
        process = start(*words, *(options or ("--nthreads", "1")))
        self.workers.append(process)
        return process

    def grade(self, course: Path) -> subprocess.Popen[str]:
        """Start `looplab grade`, and have the workers examine."""
        process = start_grading(course, "--scheduler", self.address)
        self.graders.append(process)
        return process


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process, also where it is stopped."""
    with suppress(ProcessLookupError):
        process.kill()
        process.send_signal(signal.SIGCONT)
    if not process.stdout.closed:  # type: ignore[union-attr]  # it is a pipe
        process.communicate(timeout=30)


def until(holds: Callable[[], Any], seconds: float = 180) -> None:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def entered(course: Path) -> dict[str, float]:
    """Return the points of each submission that has some; one that is entered twice is an error."""
    query = (
        "SELECT s.student_id, s.id, SUM(g.auto_score) FROM submitted_assignment s"
        " JOIN submitted_notebook n ON n.assignment_id = s.id JOIN grade g ON g.notebook_id = n.id"
        " GROUP BY s.id HAVING COUNT(g.auto_score) > 0"
    )
    file = course / "autograder" / "gradebook.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)) as book:
        found = book.execute(query).fetchall()
    assert len({student for student, *_ in found}) == len(found), found
    return {student: points for student, _, points in found}


def graded(course: Path) -> dict[str, bytes]:
    """Return the graded notebook of each submission."""
    folder = course / "autograder" / "autograded"
    return {path.parts[-3]: path.read_bytes() for path in folder.rglob(f"{LESSON}.ipynb")}
