"""Tasks that a program leaves, whatever it has them say of themselves.

A program may have a class of tasks of its own, give a task other methods, or take one out of
asyncio's list. So the recorder's own notes count too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from looplab.recorder.asking import ENDED, asked, audit
from looplab.recorder.lives import waits_of
from looplab.recorder.notes import is_default
from looplab.recorder.recorder import PLUMBING, Recorder
from looplab.runs.records import Wait

_CLOSES_A_GENERATOR = "async_generator_athrow"
"""The type of what closes an asynchronous generator that nobody uses any more: asyncio's task."""


def left_on(loop: asyncio.AbstractEventLoop, recorder: Recorder, ended: Any) -> tuple[Wait, ...]:
    """Return what the tasks of a loop wait for that have not ended.

    Args:
        loop: whose tasks.
        recorder: has noted them.
        ended: the task that has just ended; None where none has.
    """
    audit(ENDED)
    numbers = set(recorder.lives_of(asyncio.all_tasks(loop)))
    for life in recorder.lives:
        task = None if life.task is None else life.task()
        if task is not None and life.outcome == "pending" and asked(task, "get_loop") is loop:
            numbers.add(life.id)
    numbers.discard(recorder.life_of(ended))
    return waits_of(recorder, sorted(numbers))


def begun_late(loop: asyncio.AbstractEventLoop, recorder: Recorder) -> Iterator[Wait]:
    """Yield the tasks that a program has had begin when it had ended, as by `call_soon`."""
    for task in asyncio.all_tasks(loop):
        coroutine: Any = asked(task, "get_coro")
        function = getattr(coroutine, "__qualname__", type(coroutine).__name__)
        known = recorder.life_of(task) is not None or function in PLUMBING
        if not known and type(coroutine).__name__ != _CLOSES_A_GENERATOR:
            name = asked(task, "get_name")
            yield Wait(function if is_default(name) else name, "its first turn")
