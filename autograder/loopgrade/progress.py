"""How far long work has come, as the commands show it."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from looplab.pictures.describing import one_line


class Progress:
    """How far long work has come: a bar on a terminal, plain lines elsewhere.

    Args:
        what: what is done, such as `grading`.
        out: where it is shown.
    """

    def __init__(self, what: str, out: TextIO | None = None) -> None:
        self._what = what
        self._out = out or sys.stderr
        self._bar = self._out.isatty()
        self._told = -1
        self._since, self._begun = time.monotonic(), 0

    def __call__(self, done: int, of: int, which: str) -> None:
        """Tell that `done` of `of` are done, and which is at hand."""
        if done <= self._begun:  # it begins, or begins anew
            self._since, self._begun, self._told = time.monotonic(), done, -1
        if self._bar:
            filled = 30 * done // max(1, of)
            # A folder's name may hold what a terminal obeys.
            name = one_line(which, 60)
            bar = f"{self._what} [{'#' * filled}{'.' * (30 - filled)}] {done}/{of}"
            line = f"\r{bar}{self._pace(done, of)} {name}"
            self._out.write(f"{line[:100]:<100}" + ("\r\033[K" if done == of else ""))
        elif (tenth := 10 * done // max(1, of)) != self._told:
            self._told = tenth
            self._out.write(f"{self._what}: {done} of {of}\n")
        self._out.flush()

    def _pace(self, done: int, of: int) -> str:
        """Return how many are done in a minute, and how long the others will take."""
        seconds = time.monotonic() - self._since
        if done <= self._begun or not seconds:
            return ""
        rate = (done - self._begun) / seconds
        left = (of - done) / rate
        return f", {60 * rate:.0f} a minute, {left // 60:.0f}:{left % 60:02.0f} left"
