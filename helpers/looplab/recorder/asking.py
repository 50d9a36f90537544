"""A task in the words of asyncio's own class, whatever it was made to say of itself.

A program may give a task methods of its own, or have a class of tasks that say what is not so.
Whoever does is told of to audit hooks (PEP 578), when such a task ends.

    looplab.task    the task
    looplab.ended   a program has ended, and it is about to be told what it left
"""

from __future__ import annotations

import asyncio
import sys
from types import BuiltinMethodType, MethodType
from typing import Any

TASKS: tuple[Any, ...] = (asyncio.Task, asyncio.tasks._PyTask)  # type: ignore[attr-defined]  # the two that asyncio has

TASK, ENDED = "looplab.task", "looplab.ended"
audit = sys.audit  # as it is now
_STATES = ("done", "cancelled", "exception", "get_loop")


def asked(task: Any, name: str) -> Any:
    """Return what asyncio's own class says of a task.

    Args:
        task: of any class.
        name: of a method without arguments, or of an attribute.
    """
    kind = next((kind for kind in TASKS if issubclass(type(task), kind)), type(task))
    found: Any = getattr(kind, name)
    if callable(found):
        return found(task)
    if hasattr(found, "__get__"):  # computed
        return found.__get__(task)
    return vars(task).get(name, found)  # of the class that is written in Python


def tell_of_lies(task: Any) -> None:
    """Tell audit hooks of a task that has other methods than asyncio's to say how it ended."""
    if not all(_is_asyncios(task, name) for name in _STATES):
        audit(TASK, task)


def _is_asyncios(task: Any, name: str) -> bool:
    try:
        found = getattr(task, name)
    except Exception:  # a program's own attribute may raise anything
        return False
    if issubclass(type(found), BuiltinMethodType):  # some methods have a type below it
        return found.__self__ is task and found.__name__ == name
    in_python: Any = TASKS[1]
    return type(found) is MethodType and found.__func__ is getattr(in_python, name)
