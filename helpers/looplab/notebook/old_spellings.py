"""What Python 3.4 to 3.7 could say, as `looplab.legacy` offers it."""

from __future__ import annotations

import asyncio
import asyncio.coroutines
import asyncio.events
import asyncio.tasks
import functools
import inspect
import sys
import types
import warnings
from collections.abc import Callable, Coroutine, Generator
from contextlib import ExitStack
from traceback import walk_stack
from typing import Any

from looplab.notebook import hosting

_undo: ExitStack | None = None

_told: set[str] = set()
"""The spellings that have warned."""


def enable() -> None:
    """Let the old spellings run, in a script and in a notebook; more calls change nothing.

    >>> import asyncio, warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", DeprecationWarning)
    ...     enable()
    ...     loop = asyncio.get_event_loop()
    ...     print(loop.run_until_complete(asyncio.sleep(0, "done")))
    ...     loop.close()
    ...     disable()
    done
    """
    global _undo
    if _undo is not None:
        return
    with ExitStack() as undo:
        undo.callback(_told.clear)
        for module in asyncio, asyncio.coroutines:
            hosting.replace(module, "coroutine", coroutine, undo)
        hosting.replace(asyncio, "Task", _Task, undo)
        for module in asyncio, asyncio.tasks:
            hosting.replace(module, "wait", _accepting_coroutines(asyncio.tasks.wait), undo)
        get_event_loop = _making_a_loop(asyncio.events.get_event_loop)
        for module in asyncio, asyncio.events:
            hosting.replace(module, "get_event_loop", get_event_loop, undo)
        if hasattr(asyncio.events, "_get_event_loop"):  # Python 3.11's ensure_future and gather
            hosting.replace(asyncio.events, "_get_event_loop", get_event_loop, undo)
        _undo = undo.pop_all()


def disable() -> None:
    """Undo `enable()`; without it, do nothing.

    A loop that was made meanwhile stays the current one, and functions that were decorated
    keep running.
    """
    global _undo
    if _undo is not None:
        _undo.close()
        _undo = None


def _warn(old: str, modern: str, removed: str) -> None:
    """Warn once of an old spelling, at the first line that is neither asyncio's nor ours."""
    if old in _told:
        return
    _told.add(old)
    level = 1
    for frame, _ in walk_stack(sys._getframe()):
        if frame.f_globals.get("__name__", "").partition(".")[0] not in ("asyncio", "looplab"):
            break
        level += 1
    warnings.warn(
        f"{old} is an old spelling: write {modern} instead, for {removed}.",
        DeprecationWarning,
        stacklevel=level,
    )


# ---- @asyncio.coroutine ----


def coroutine(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a generator function, or a plain one, into a coroutine function.

    Args:
        function: what it waits for it says with `yield from`: coroutines, futures, and what
            such functions return.

    Returns:
        A coroutine function; where `function` is one already, itself.
    """
    _warn("@asyncio.coroutine", "`async def` and `await`", "Python 3.11 removed it")
    if inspect.iscoroutinefunction(function):
        return function
    if inspect.isgeneratorfunction(function):
        generator: Any = types.coroutine(function)

        @functools.wraps(function)
        async def wait_for_generator(*args: Any, **kwargs: Any) -> Any:
            return await generator(*args, **kwargs)

        return wait_for_generator

    @functools.wraps(function)
    async def wait_for_result(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if inspect.isgenerator(result):
            return await _delegate(result)
        return await result if inspect.isawaitable(result) else result

    return wait_for_result


@types.coroutine
def _delegate(generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    return (yield from generator)


# ---- asyncio.Task.all_tasks ----


class _StandIn(type):
    """Lets the stand-in for a class answer, and be called, as the class itself."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is _Task:
            return asyncio.tasks.Task(*args, **kwargs)
        return super().__call__(*args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        if cls is _Task:
            return isinstance(instance, asyncio.tasks.Task)
        return super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        if cls is _Task:
            return issubclass(subclass, asyncio.tasks.Task)
        return super().__subclasscheck__(subclass)

    def __repr__(cls) -> str:
        return repr(asyncio.tasks.Task) if cls is _Task else super().__repr__()


class _Task(asyncio.tasks.Task[Any], metaclass=_StandIn):
    """`asyncio.Task`, with the two methods that Python 3.9 removed."""

    @classmethod
    def all_tasks(cls, loop: asyncio.AbstractEventLoop | None = None) -> set[asyncio.Task[Any]]:
        """Return the tasks of a loop that are not done; of the current loop by default."""
        _warn("asyncio.Task.all_tasks()", "asyncio.all_tasks()", "Python 3.9 removed it")
        return asyncio.all_tasks(loop or asyncio.get_event_loop())

    @classmethod
    def current_task(
        cls, loop: asyncio.AbstractEventLoop | None = None
    ) -> asyncio.Task[Any] | None:
        """Return the task that runs; None outside one."""
        _warn("asyncio.Task.current_task()", "asyncio.current_task()", "Python 3.9 removed it")
        return asyncio.current_task(loop or asyncio.get_event_loop())


# ---- asyncio.wait ----


def _accepting_coroutines(wait: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(wait)
    def accepting(fs: Any, **options: Any) -> Any:
        if asyncio.isfuture(fs) or isinstance(fs, Coroutine):
            return wait(fs, **options)  # which says that it needs a list
        awaited = list(fs)
        if any(map(asyncio.iscoroutine, awaited)):
            _warn(
                "asyncio.wait() over coroutines",
                "asyncio.wait([asyncio.create_task(...), ...])",
                "Python 3.11 removed it",
            )
        return tasks_first(awaited, options)

    async def tasks_first(awaited: list[Any], options: dict[str, Any]) -> Any:
        return await wait(
            [
                asyncio.ensure_future(each) if asyncio.iscoroutine(each) else each
                for each in awaited
            ],
            **options,
        )

    return accepting


# ---- asyncio.get_event_loop ----


def _making_a_loop(refusing: Callable[[], Any]) -> Callable[..., asyncio.AbstractEventLoop]:
    def get_event_loop(*_: int, **__: int) -> asyncio.AbstractEventLoop:
        """Return the running loop, or the current one, or make one."""
        hosting.leave()
        loop = asyncio._get_running_loop() or hosting.current_loop()
        if loop is not None and not (loop.is_closed() and hosting.in_main_thread()):
            return loop
        if not hosting.in_main_thread():
            made: asyncio.AbstractEventLoop = refusing()  # as it always did in other threads
            return made
        _warn(
            "asyncio.get_event_loop() without a running loop, or ensure_future() or gather()",
            "`async def main()` and asyncio.run(main())",
            "Python 3.14 makes no loop there",
        )
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        return loop

    return get_event_loop
