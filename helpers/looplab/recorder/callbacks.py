"""Which of the callbacks that a loop runs are the program's own, and what they are called.

A loop runs steps of tasks, and callbacks. Most callbacks are asyncio's: the one that ends a
sleep, or that tells a task of a result. Each of those wakes a task, and its turn is counted. But
a function that the program hands to `call_soon`, `call_later`, `add_done_callback` or
`add_reader` runs beside all tasks, and what it does is nobody's turn.

Caveats: a method of asyncio's that the program hands over, `future.set_result` for example,
cannot be told from what asyncio does itself, and is none: all that it does is to wake a task. As
a timer it can be told, for asyncio sets few of its own; `of_timer` names it.
"""

from __future__ import annotations

import asyncio
import functools
import types
from collections.abc import Callable
from concurrent.futures import _base
from contextvars import Context
from pathlib import Path
from typing import Any

from looplab.recorder.recorder import Recorder
from looplab.recorder.waiting import HERE, is_of_student, is_of_test

_FUTURES: tuple[Any, ...] = (asyncio.Future, asyncio.futures._PyFuture)  # type: ignore[attr-defined]  # the two that asyncio has
_ASYNCIO = tuple(str(Path(path).parent) for path in (asyncio.__file__, _base.__file__))
_METHODS = (types.MethodType, types.BuiltinMethodType, types.MethodWrapperType)


def of_program(callback: Any, args: Any, *, of_student: bool) -> str | None:
    """Return the name of a callback that is the program's own; None where it is another's.

    Args:
        callback: what a handle calls.
        args: with what.
        of_student: whether what belongs to an installed package counts as another's: in a
            notebook the kernel's own callbacks run beside the program's.

    >>> def look(): pass
    >>> of_program(functools.partial(look), (), of_student=False)
    'look'
    >>> of_program(asyncio.Event().set, (), of_student=False)
    """
    function = _innermost(callback, args)
    code = getattr(function, "__code__", None)
    if code is None:
        owner = getattr(function, "__self__", None)  # it is of a type in C
        if isinstance(owner, _FUTURES) or type(function).__module__ == "_asyncio":
            return None
    else:
        if is_of_test(code.co_filename) or code.co_filename.startswith(_ASYNCIO):
            return None
        ours = code.co_filename.startswith(HERE)
        if ours and function.__module__ != "time":  # of ours only `time.sleep` and the like
            return None
        if of_student and not ours and not is_of_student(code.co_filename):
            return None
    name = getattr(function, "__qualname__", type(function).__name__)
    return name[:100] if isinstance(name, str) else type(function).__name__[:100]


def of_timer(callback: Any, args: Any) -> str | None:
    """Return the name of a timer that wakes or cancels somebody, and runs nothing of the program's.

    That is a time limit of asyncio's, or a method of asyncio's that the program handed over.

    Args:
        callback: what the timer calls.
        args: with what.

    Returns:
        `time limit`, or the method's name. None where asyncio has other reasons for it.

    >>> loop = asyncio.new_event_loop()
    >>> of_timer(loop.create_future().set_result, ("soup",)), of_timer(loop.stop, ())
    ('Future.set_result', 'BaseEventLoop.stop')
    >>> loop.close()
    >>> of_timer(asyncio.Timeout(None)._on_timeout, ())
    'time limit'
    """
    function = _innermost(callback, args)
    code = getattr(function, "__code__", None)
    if code is None:
        if not isinstance(getattr(function, "__self__", None), _FUTURES):
            return None
    elif not code.co_filename.startswith(_ASYNCIO):
        return None
    name: str = function.__qualname__
    if name in _TIME_LIMITS:
        return TIME_LIMIT
    is_private = name.rpartition(".")[2].startswith(("_", "<"))
    return None if is_private else name[:100]


TIME_LIMIT = "time limit"

_TIME_LIMITS = {
    "Timeout._on_timeout",
    "_release_waiter",  # of `wait`, and of `wait_for` before Python 3.12
    "as_completed.<locals>._on_timeout",
    "_AsCompletedIterator._handle_timeout",  # from Python 3.13 on
}


def _innermost(callback: Any, args: Any) -> Any:
    """Return what is called in the end, whatever it is wrapped in."""
    for _ in range(20):  # a partial may lead back to itself
        if isinstance(callback, functools.partial):
            callback, args = callback.func, (*callback.args, *args)
        elif isinstance(callback, FromThread):
            callback = callback.callback
        elif isinstance(callback, types.MethodType):
            callback = callback.__func__
        elif type(callback) in _METHODS and isinstance(callback.__self__, Context) and args:
            callback, args = args[0], args[1:]
        elif type(callback) not in (types.FunctionType, *_METHODS):
            # Of a class of the program's: what such an object says of itself does not count.
            call = getattr(type(callback), "__call__", None)  # noqa: B004  # this is what is called
            if call is None or isinstance(call, types.WrapperDescriptorType):
                return callback
            callback = call
        else:
            return callback
    return callback


class FromThread:
    """A callback that a thread hands to the loop: what it wakes, the thread has woken.

    Attributes:
        callback: what the thread handed over.
    """

    def __init__(self, recorder: Recorder, life: int, callback: Callable[..., Any]) -> None:
        self._recorder, self._life, self.callback = recorder, life, callback

    def __call__(self, *args: Any) -> Any:
        """Run it, on behalf of the thread."""
        if self._recorder.here():
            self._recorder.current = self._recorder.relay(self._life)
        return self.callback(*args)

    def __repr__(self) -> str:
        return repr(self.callback)
