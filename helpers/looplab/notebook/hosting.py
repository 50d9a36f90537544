"""A cell leaves the loop that runs it, and runs others as a script does.

A notebook's cells run inside an event loop, their host: the kernel's, or the subject's in
grading. Python refuses to run a loop inside another, so the host is hidden from the thread
while a cell runs a loop of its own.

Caveat: the host stands still meanwhile, and so does every task on it.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from traceback import walk_stack
from types import FrameType
from typing import Any

from looplab.virtual.hiding import current_loops, hidden_loop

_hosts: dict[asyncio.AbstractEventLoop, Callable[[], bool]] = {}
"""The loops that run cells, each with who knows whether the cell at hand is a script."""

_away = ExitStack()
"""Closing it brings a cell back that has left its host for good."""

_scripts_loop: asyncio.AbstractEventLoop | None = None
"""The current loop of the cells that leave for good; it stays from cell to cell."""


def in_main_thread() -> bool:
    """Whether this thread may handle signals."""
    return threading.current_thread() is threading.main_thread()


def replace(owner: Any, name: str, value: Any, undo: ExitStack) -> None:
    """Set an attribute, until `undo` is closed."""
    if name in vars(owner):
        undo.callback(setattr, owner, name, vars(owner)[name])
    else:
        undo.callback(delattr, owner, name)
    setattr(owner, name, value)


def run_fresh_loops(
    host: asyncio.AbstractEventLoop, is_script: Callable[[], bool], undo: ExitStack
) -> None:
    """Let all that runs an event loop run one in a cell that runs inside `host`.

    Args:
        host: the loop that runs the cells, the kernel's for example.
        is_script: whether the cell at hand has no `await` of its own.
        undo: closing it undoes this.
    """
    _hosts[host] = is_script
    undo.callback(_hosts.pop, host)
    undo.callback(come_back)
    # asyncio.runners.run is Python's own even where nest_asyncio replaced asyncio.run.
    run = _as_in_a_script(asyncio.runners.run)
    replace(asyncio, "run", run, undo)
    replace(asyncio.runners, "run", run, undo)
    loop, runner = asyncio.BaseEventLoop, asyncio.Runner
    replace(loop, "run_forever", _as_in_a_script(loop.run_forever), undo)
    replace(loop, "run_until_complete", _as_in_a_script(loop.run_until_complete), undo)
    replace(runner, "run", _as_in_a_script(runner.run), undo)
    replace(runner, "close", _as_in_a_script(runner.close), undo)
    replace(runner, "_on_sigint", _stopping_blocked_loops(runner), undo)


def _as_in_a_script(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _out_of_the_host():
            return function(*args, **kwargs)

    return run


@contextmanager
def _out_of_the_host() -> Iterator[None]:
    """Leave the loop that runs the cells, as if the cell were a script.

    Inside another loop, or inside a coroutine, nothing changes: there `asyncio.run`
    has to refuse.
    """
    loop = asyncio._get_running_loop()
    if loop not in _hosts or _in_a_coroutine(sys._getframe()):
        yield
        return
    try:
        with hidden_loop(), _signals_of_a_script():
            yield
    finally:
        # `with Runner()` sets its own loop as the current one before it runs.
        asyncio.set_event_loop(loop)


def leave() -> None:
    """Leave the host until the cell ends, where the cell is a script.

    From then on the cell has a current loop that is not running, or none, as a script
    has: `ensure_future` and `gather` use it before anything runs.
    """
    host = asyncio._get_running_loop()
    if host not in _hosts or _in_a_coroutine(sys._getframe()) or not _hosts[host]():
        return
    _away.enter_context(hidden_loop())
    _away.enter_context(_signals_of_a_script())
    _away.callback(_keep_loop, host)
    asyncio.set_event_loop(_scripts_loop)


def come_back() -> None:
    """End what `leave` began; without it, do nothing. Each cell ends with this."""
    _away.close()


def _keep_loop(host: asyncio.AbstractEventLoop) -> None:
    global _scripts_loop
    _scripts_loop = current_loop()
    asyncio.set_event_loop(host)


def current_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that was set for this thread; None where there is none."""
    loop: asyncio.AbstractEventLoop | None = current_loops().get("_loop")
    return loop


def end_interrupted() -> None:
    """End what an interrupted cell left on its loop, so that `finally` blocks run."""
    loop = _scripts_loop
    if loop is None or loop.is_closed() or not (left := asyncio.all_tasks(loop)):
        return
    for task in left:
        task.cancel()
    with _out_of_the_host():
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


def _in_a_coroutine(frame: FrameType) -> bool:
    """Whether a coroutine runs between `frame` and the cell; a cell may be one itself."""
    for each, _ in walk_stack(frame):
        package = each.f_globals.get("__name__", "").partition(".")[0]
        if each.f_code.co_name == "<module>" or package in ("IPython", "ipykernel"):
            return False
        if each.f_code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
            return True
    return False


@contextmanager
def _signals_of_a_script() -> Iterator[None]:
    """Take Ctrl-C as a script does, and give the kernel its own handling back."""
    if not in_main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    wakeup = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, handler)


def _stopping_blocked_loops(runner: Any) -> Callable[..., None]:
    """Return a `Runner._on_sigint` that ends a blocked loop too at the first Ctrl-C.

    Python's own cancels the main task, and a blocked loop never gets to that.
    """
    cancel_main_task = runner._on_sigint

    def on_sigint(self: Any, signum: int, frame: FrameType | None, main_task: Any) -> None:
        if asyncio.current_task(self.get_loop()) is not None:
            raise KeyboardInterrupt
        cancel_main_task(self, signum, frame, main_task)

    return on_sigint
