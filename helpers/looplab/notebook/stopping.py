"""One press of Stop ends a cell wherever it stands, and one line tells where that was.

A traceback through asyncio and what runs it takes a second to draw, on a small machine more, and
Stop is to be quick. It would tell nothing that the line does not.

Python drops what is raised in a `__del__` or in the callback of a weak reference, a
`KeyboardInterrupt` too. Where a press falls into one of these, it is repeated.
"""

from __future__ import annotations

import linecache
import os
import signal
import sys
import threading
from contextlib import ExitStack
from traceback import walk_tb
from typing import Any

from looplab.notebook.hosting import replace
from looplab.recorder.waiting import is_of_student

AGAIN = 0.02
"""Seconds after which a press that came too early is repeated, or one that was lost."""


def interrupt_soon() -> None:
    """Press Stop once more, as the kernel is told of it, in a moment."""
    threading.Timer(AGAIN, os.kill, (os.getpid(), signal.SIGINT)).start()


def tell_in_one_line(shell: Any, undo: ExitStack) -> None:
    """Let a notebook show a `KeyboardInterrupt` without a traceback.

    Args:
        shell: IPython's.
        undo: closing it undoes this.
    """
    as_ever = shell.showtraceback

    def show(exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        error = (exc_tuple or sys.exc_info())[1]
        if type(error) is KeyboardInterrupt:  # a check's own tells its line itself
            told = f"KeyboardInterrupt{_where(error)}"
            error._render_traceback_ = lambda: [told]  # type: ignore[attr-defined]  # what IPython asks for
        as_ever(exc_tuple, *args, **kwargs)

    replace(shell, "showtraceback", show, undo)


def repeat_what_is_lost(undo: ExitStack) -> None:
    """Interrupt once more where Python has dropped a `KeyboardInterrupt`.

    Args:
        undo: closing it undoes this.
    """
    as_ever = sys.unraisablehook

    def hear(lost: Any) -> None:
        if lost.exc_type is KeyboardInterrupt:
            interrupt_soon()  # at once, it would be raised in here
        else:
            as_ever(lost)

    replace(sys, "unraisablehook", hear, undo)


def _where(error: BaseException) -> str:
    """Return the innermost line of the student's that an error came through, in words."""
    lines = [
        (frame.f_code.co_filename, line)
        for frame, line in walk_tb(error.__traceback__)
        if is_of_student(frame.f_code.co_filename)
    ]
    if not lines:
        return ""
    file, line = lines[-1]
    text = linecache.getline(file, line).rstrip()
    return f" in line {line} │ {text}" if text else f" in line {line}"
