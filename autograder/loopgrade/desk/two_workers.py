"""A Dask scheduler and two workers on this machine, one of which is killed while it examines."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import util
from types import TracebackType

KILL_AT = 0.25
"""The part of the class that is graded when a worker is killed."""


class TwoWorkers:
    """A scheduler with two workers; all end with the block.

    Attributes:
        address: the scheduler's, for `grade`.
        killed: how many workers were killed.
    """

    def __init__(self) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.address = f"tcp://127.0.0.1:{port}"
        self.killed = 0
        self._scheduler = _dask("scheduler", "--host", "127.0.0.1", "--port", port)
        self._workers = [self._worker() for _ in range(2)]

    def __enter__(self) -> TwoWorkers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for process in (*self._workers, self._scheduler):
            process.kill()
            process.wait()

    def _worker(self) -> subprocess.Popen[bytes]:
        words = ("--no-nanny", "--nthreads", "1", "--memory-limit", "0")
        return _dask("worker", self.address, *words)

    def kills_one(
        self, progress: Callable[[int, int, str], None]
    ) -> Callable[[int, int, str], None]:
        """Return what is told of the progress, and kills a worker in the midst of it, once.

        Args:
            progress: told the same.
        """

        def told(done: int, of: int, student: str) -> None:
            if not self.killed and done >= KILL_AT * of and done > 0:
                self._workers[0].kill()
                self.killed += 1
            progress(done, of, student)

        return told


@contextmanager
def two_workers() -> Iterator[TwoWorkers | None]:
    """Yield two workers, which end with the block; None where Dask is not installed."""
    if util.find_spec("distributed") is None:
        yield None
        return
    with TwoWorkers() as found:
        yield found


def _dask(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words, "--no-dashboard"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
