"""A fork server: the first process of a sandbox, of which each subject is a copy.

To start Python with asyncio and `looplab` takes a hundred times as long as to copy it. So one
process has them loaded; it runs no line of a student's. The examiner tells it over a socket, which
no subject has:

- a descriptor for requests and one for replies: a subject begins that has these;
- nothing but a byte: all that runs in the sandbox is ended. It answers `GONE`, or, where something
  is not as it was when the sandbox was new, `SPOILT`: then it is of no use any more. Whatever a
  subject can change and the next one can read is a word to it, and it may know a hidden test.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import random
import signal
import socket
import threading
import unittest.mock
from pathlib import Path

from looplab.subject.serving import main as serve
from looplab.subject.watched import originals

GONE, SPOILT = b"g", b"s"
"""The answers to "end all"."""

FOLDERS = ("/tmp", "/dev/shm")
"""All that can be written to in a sandbox."""

_LOADED = (asyncio, contextlib, io, random, threading, unittest.mock)
"""What programs and tests are likely to import: copied too."""


def main() -> None:
    """Serve on the standard input, a socket, until the examiner goes."""
    control = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    # A first process gets no signal that it does not handle; and who ends is forgotten at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    originals()
    as_new = state()
    # A subject's garbage collector need not look at what was there before it.
    gc.collect()
    gc.freeze()
    while True:
        word, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not word:
            return
        if descriptors:
            fork(control, *descriptors)
        else:
            control.send(end_all(as_new))


def fork(control: socket.socket, requests: int, replies: int) -> None:
    """Start a subject with these descriptors."""
    global _subjects
    _subjects += 1
    if os.fork():
        os.close(requests)
        os.close(replies)
        return
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        serve(requests, replies)
    finally:
        os._exit(0)


def end_all(as_new: object) -> bytes:
    """End every process of the sandbox but this one; return the answer.

    Args:
        as_new: its `state` when it was new.
    """
    with contextlib.suppress(ProcessLookupError):  # there is none
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # it comes when all have ended
        os.waitpid(-1, 0)
    return GONE if state() == as_new else SPOILT


def state() -> tuple[object, ...]:
    """Return what of the sandbox a subject may have changed.

    A change of a folder, of its files, times, mode or attributes, is in its `st_ctime`.
    """
    limits = Path("/proc/self/limits")
    if not limits.exists():
        return ()  # not Linux, where no sandbox is used again
    folders = [Path(folder).stat() for folder in FOLDERS]
    return (
        [(each.st_mode, each.st_ctime_ns) for each in folders],
        limits.read_text(encoding="utf-8"),
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getscheduler(0),
        os.sched_getaffinity(0),
        _processes_so_far() - _subjects,
    )


_subjects = 0
"""How many processes have been started here: that there were others, the next number tells."""


def _processes_so_far() -> int:
    global _subjects
    _subjects += 1
    number = os.fork()
    if not number:
        os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(number, 0)
    return number
