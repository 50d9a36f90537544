"""A sandbox for one submission, seen from here: one subject after the other in it.

Its first process (`looplab.subject.forking`) has Python and `looplab` loaded, and each subject is
a copy of it. When one ends, so does all that it started, and a sandbox that it has written
something into is not used again.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess

from loopgrade.examination import sandbox
from loopgrade.examination.awake import awake
from loopgrade.examination.stopping import pause
from loopgrade.examination.weighing import Weight, weigh
from looplab.subject.forking import GONE

END_SECONDS = 10.0
"""Of patience with a sandbox that ends a subject; then the whole of it is ended from outside."""

GLANCE_SECONDS = 0.25
"""How often it is asked meanwhile whether grading is to stop."""


class ForkServer:
    """Starts subjects in a sandbox, which starts with the first of them.

    Args:
        level: how isolated they are.

    Attributes:
        process: the sandbox, from outside; None where none runs.
    """

    def __init__(self, level: sandbox.Level) -> None:
        self.level = level
        self.process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(self) -> tuple[int, int]:
        """Start a subject.

        Returns:
            Where its requests are written, without blocking, and where its replies are read: both
            are for the caller to close.

        Raises:
            OSError: the machine has no process, memory or file left.
        """
        requests, asking = os.pipe()
        try:
            telling, replies = os.pipe()
        except OSError:
            os.close(requests)
            os.close(asking)
            raise
        try:
            os.set_blocking(asking, False)
            self._send(b"+", [requests, replies])
        except BaseException:
            os.close(asking)
            os.close(telling)
            raise
        finally:
            os.close(requests)
            os.close(replies)
        return asking, telling

    def _send(self, word: bytes, descriptors: list[int]) -> None:
        if self._control is not None:
            try:
                socket.send_fds(self._control, [word], descriptors)
            except OSError:  # the sandbox is no more
                self.close()
            else:
                return
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = sandbox.start(self.level, theirs.fileno())
            except BaseException:
                ours.close()
                raise
        self._control = ours
        socket.send_fds(ours, [word], descriptors)

    def end(self) -> None:
        """End the subject, with all that it has started."""
        # Outside a namespace of its own nobody knows what it has started, but for its session;
        # and without a filter it may leave a word where nobody looks, in a queue for example.
        used_again = self.level == "bubblewrap" and sandbox.filters()
        if not used_again or not self._ends_by_itself():
            self.close()

    def _ends_by_itself(self) -> bool:
        """Whether the sandbox says that nothing is left of the subject."""
        if self._control is None:
            return False
        until = awake() + END_SECONDS
        with contextlib.suppress(OSError):
            self._control.send(b"-")
            while awake() < until:
                pause()
                if any(select.select([self._control], [], [], GLANCE_SECONDS)):
                    return self._control.recv(1) == GONE
        return False

    def weight(self) -> Weight:
        """Return what the sandbox takes of the machine."""
        if self.process is None:
            return Weight()
        return weigh(self.process)

    def close(self) -> None:
        """End the sandbox, with all that is in it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.process is not None:
            sandbox.stop(self.process)
            self.process = None
