"""What a program made and nobody looked after: exceptions, coroutines, tasks.

asyncio tells of each only when Python destroys it, on the standard error and in words
that a program cannot read. Here they are noted, with their task and their line.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from looplab.recorder.asking import asked
from looplab.recorder.handles import patched
from looplab.recorder.lives import waits_of
from looplab.recorder.recorder import Recorder
from looplab.recorder.waiting import is_program, line_of_caller
from looplab.runs.records import Lost

MAX_COROUTINES = 1_000
"""Coroutines that were never awaited, and are noted; a loop may drop them without end."""


class Losses:
    """Notes what the program of a recorder loses.

    Args:
        recorder: what else is recorded.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._coroutines: list[Lost] = []
        self._tasks: list[Lost] = []
        self._exceptions: set[int] = set()
        recorder.on_unhandled = self._unhandled
        # Before who did not end by itself is cancelled, and lets go of the tasks that it holds.
        recorder.hooks.callback(self.look_at_exceptions)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note the coroutines that are dropped in the with block and were never awaited.

        Each with the line that made it: it may be dropped anywhere, when garbage is collected.
        """
        warn: Callable[[Any], None] = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]  # what the interpreter calls

        def note(coroutine: Any) -> None:
            made_by_program, line = False, None
            for filename, number, _ in coroutine.cr_origin or ():
                made_by_program, line = is_program(filename), number
            # What the program made may be dropped with its result, when it has ended.
            dropped_by_program = self._recorder.here() and is_program(coroutine.cr_code.co_filename)
            mine = threading.get_ident() == home and (made_by_program or dropped_by_program)
            if mine and len(self._coroutines) < MAX_COROUTINES:
                name, at = coroutine.__qualname__, line if made_by_program else line_of_caller()
                self._coroutines.append(Lost("coroutine", name, "", at))
            warn(coroutine)

        home, depth = threading.get_ident(), sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(1)
        try:
            with patched(warnings, "_warn_unawaited_coroutine", note):
                yield
        finally:
            sys.set_coroutine_origin_tracking_depth(depth)

    def _unhandled(self, context: dict[str, Any]) -> None:
        life = self._recorder.life_in(context)
        if life is None:
            return
        if context["message"].startswith("Task exception was never retrieved"):
            self._exceptions.add(life.id)
        elif context["message"].startswith("Task was destroyed but it is pending"):
            wait = waits_of(self._recorder, [life.id])[0]
            self._tasks.append(Lost("task", life.label, wait.reason, wait.line))

    def look_at_exceptions(self) -> None:
        """Note the exceptions that tasks keep; to be called before garbage is collected."""
        self._exceptions |= {
            life.id
            for life in self._recorder.lives
            if life.error is not None and _is_kept(life.task)
        }

    def found(self) -> tuple[Lost, ...]:
        """Return what was lost until now, an exception that a task still keeps included."""
        self.look_at_exceptions()
        exceptions = [
            Lost("exception", life.label, str(life.error), life.error.line)
            for life in self._recorder.lives
            if life.error is not None and life.id in self._exceptions
        ]
        return (*exceptions, *self._coroutines, *self._tasks)


def _is_kept(reference: Any) -> bool:
    """Whether a task still has an exception that nobody asked for."""
    task = None if reference is None else reference()
    return task is not None and bool(asked(task, "_log_traceback"))
