"""A cell's traceback shows the lines of whoever wrote the cell, and no library's.

Between a cell with `asyncio.run(main())` and the line of `main` that failed stand a dozen frames of
asyncio and of ours. They say nothing about the mistake, and take a second to draw. What Stop has
ended is told in one line, where the cell stood.
"""

from __future__ import annotations

import linecache
import sys
from contextlib import ExitStack
from traceback import walk_tb
from types import TracebackType
from typing import Any

from looplab.notebook.hosting import replace
from looplab.recorder.waiting import is_of_student


def shorten(shell: Any, undo: ExitStack) -> None:
    """Let a notebook show short tracebacks.

    Args:
        shell: IPython's.
        undo: closing it undoes this.
    """
    as_ever = shell.showtraceback

    def show(exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        kind, error, traceback = exc_tuple or sys.exc_info()
        if type(error) is KeyboardInterrupt:  # a check's own tells its line itself
            told = f"KeyboardInterrupt{_where(error)}"
            error._render_traceback_ = lambda: [told]  # type: ignore[attr-defined]  # what IPython asks for
        family = _family(error)
        # IPython leaves out its own frame, but not where it lets Python print a group.
        first = 0 if any(isinstance(each, BaseExceptionGroup) for each in family) else 1
        for each in family:
            each.__traceback__ = _of_student(each.__traceback__)
        as_ever((kind, error, _of_student(traceback, first)), *args, **kwargs)

    replace(shell, "showtraceback", show, undo)


def _family(error: BaseException | None) -> list[BaseException]:
    """Return an error, those from which it came, and those that are in it where it is a group."""
    found: list[BaseException] = []
    todo = [error]
    while todo:
        each = todo.pop()
        if each is not None and all(each is not other for other in found):
            found.append(each)
            todo += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
    return found


def _of_student(traceback: TracebackType | None, first: int = 0) -> TracebackType | None:
    """Return a traceback without the frames of libraries; all of it where no other is there.

    Args:
        traceback: as it came.
        first: so many frames at its beginning stay in any case.
    """
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    theirs = [each for each in entries if is_of_student(each.tb_frame.f_code.co_filename)]
    made = None
    for each in reversed([*entries[:first], *theirs] if theirs else entries):
        made = TracebackType(made, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return made


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
