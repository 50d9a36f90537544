"""A fork server: the first process of a sandbox, of which each subject is a copy.

To start Python with asyncio and `looplab` takes a hundred times as long as to copy it. So one
process has them loaded; it runs no line of a student's. The examiner tells it over a socket, which
no subject has:

- a descriptor for requests and one for replies: a subject begins that has these;
- nothing but a byte: all that runs in the sandbox is ended. It answers `GONE`, or, where a file is
  left in the temporary folders, `SPOILT`: then it is of no use any more.
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

from looplab.subject.noticing import watched
from looplab.subject.serving import main as serve

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
    watched()
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
            control.send(end_all())


def fork(control: socket.socket, requests: int, replies: int) -> None:
    """Start a subject with these descriptors."""
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


def end_all() -> bytes:
    """End every process of the sandbox but this one; return the answer."""
    with contextlib.suppress(ProcessLookupError):  # there is none
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # it comes when all have ended
        os.waitpid(-1, 0)
    return SPOILT if any(any(Path(folder).iterdir()) for folder in FOLDERS) else GONE
