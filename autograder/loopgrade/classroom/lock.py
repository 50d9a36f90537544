"""One grader a lesson: a lock that names who holds it, and that ends with its holder.

The system releases it when the process ends, however that ends. So nobody ever has to
remove the lock of a grader that was killed.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

PATIENCE = 0.5
"""Seconds to try for; who only looks whether a lock is held has it for a moment."""


@dataclass(frozen=True)
class Holder:
    """Who grades a lesson.

    Attributes:
        pid: the number of the process.
        host: the machine that it runs on.
        since: when it began, as ISO 8601 with the time zone.
    """

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


class Locked(Exception):
    """Another process grades this lesson; the text says which."""


@contextmanager
def lesson_lock(work: Path, lesson: str) -> Iterator[None]:
    """Hold the lock of a lesson.

    Args:
        work: the folder where graders of the course work; it is made.
        lesson: the lesson's name.

    Raises:
        Locked: another process holds it.
    """
    work.mkdir(parents=True, exist_ok=True)
    with _open(work, lesson) as file:
        until = time.monotonic() + PATIENCE
        while not _take(file):
            if time.monotonic() > until:
                raise Locked(
                    f"{lesson} is being graded by {_named(work, lesson) or 'another process'}; "
                    "wait until it is done, or stop it and give the same command again."
                )
            time.sleep(PATIENCE / 10)
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        _name(work, lesson).write_text(
            json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}),
            encoding="utf-8",
        )
        try:
            yield
        finally:
            _name(work, lesson).unlink(missing_ok=True)


def holder(work: Path, lesson: str) -> Holder | None:
    """Return who grades a lesson at this moment, or None."""
    if not _path(work, lesson).exists():
        return None
    with _open(work, lesson) as file:
        return None if _take(file) else _named(work, lesson)


def _path(work: Path, lesson: str) -> Path:
    return work / f"{lesson}.lock"


def _name(work: Path, lesson: str) -> Path:
    # Not in the lock's own file: where a lock is mandatory, nobody else could read it.
    return work / f"{lesson}.holder"


def _named(work: Path, lesson: str) -> Holder | None:
    with suppress(OSError, ValueError, TypeError):
        return Holder(**json.loads(_name(work, lesson).read_text(encoding="utf-8")))
    return None


def _open(work: Path, lesson: str) -> IO[bytes]:
    return _path(work, lesson).open("a+b")


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        return False

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
