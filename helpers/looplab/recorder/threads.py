"""The threads of a recording: which ones the program started, and who asked for each.

Two kinds count: a call that an executor runs (`asyncio.to_thread`, `run_in_executor`), and
a thread that the program starts itself, with `threading` or with `_thread`. Each is a life of its
own, created by whoever ran then; what it hands back to the loop, it has woken.
"""

from __future__ import annotations

import _thread
import asyncio
import functools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

from looplab.recorder.callbacks import FromThread
from looplab.recorder.handles import patched
from looplab.recorder.notes import Life, ThreadNotes
from looplab.recorder.recorder import Recorder
from looplab.recorder.replacing import replaced
from looplab.recorder.waiting import last_line, name_of
from looplab.runs.failures import describe_exception

STARTS = tuple(
    name
    for name in ("start_new_thread", "start_new", "start_joinable_thread")
    if hasattr(_thread, name)
)
"""The functions of `_thread` that start a thread."""


class Threads:
    """Notes the threads of a program, in the with block of `recorded`.

    Attributes:
        started: how many threads the program has started, those of an executor included.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.started = 0
        self._recorder = recorder
        self._lives = threading.local()
        self._in_executor = False

    @contextmanager
    def recorded(self, names: dict[str, Any]) -> Iterator[None]:
        """Note the threads that start in the with block.

        Args:
            names: the program's global names; functions of `_thread` may be found there.
        """
        loops: Any = asyncio.BaseEventLoop
        with ExitStack() as hooks:
            for owner, name, make in (
                (threading.Thread, "start", self._start),
                (loops, "run_in_executor", self._run_in_executor),
                (loops, "call_soon_threadsafe", self._call_soon_threadsafe),
            ):
                original = getattr(owner, name)
                value = functools.wraps(original)(make(original))
                hooks.enter_context(patched(owner, name, value))
            starts = {name: self._start_bare(getattr(_thread, name)) for name in STARTS}
            hooks.enter_context(replaced(_thread, starts, names))
            yield

    def _start(self, original: Callable[..., None]) -> Callable[..., None]:
        def start(thread: threading.Thread) -> None:
            target: Any = getattr(thread, "_target", None) or type(thread)
            own = str(getattr(target, "__module__", "")).partition(".")[0] == "asyncio"
            if self._recorder.here() and not own:  # a loop ends its executor in a thread
                self.started += 1
                if not self._in_executor:
                    life = self._begin(thread.name, target)
                    thread.run = self._noted(life, thread.run)  # type: ignore[method-assign]  # on this one thread, not on its class
            original(thread)

        return start

    def _start_bare(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def start(function: Any, *args: Any, **kwargs: Any) -> Any:
            if self._recorder.here() and callable(function):
                self.started += 1
                life = self._begin(name_of(function), function)
                function = self._noted(life, function, is_bare=True)
            return original(function, *args, **kwargs)

        return start

    def _run_in_executor(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def run_in_executor(loop: Any, executor: Any, function: Any, *args: Any) -> Any:
            if not self._recorder.here():
                return original(loop, executor, function, *args)
            called, life = name_of(function), None
            # What goes to another process must be a function that can be sent there.
            if executor is None or isinstance(executor, ThreadPoolExecutor):
                life = self._begin(called, function)
                function = self._noted(life, function)
            self._in_executor, before = True, getattr(self._lives, "here", None)
            # A call that has already ended is handed over here, by whoever asked for it.
            self._lives.here = life
            try:
                future = original(loop, executor, function, *args)
            finally:
                self._in_executor, self._lives.here = False, before
            self._recorder.suspensions.on_threads[future] = f"executor {called}"
            return future

        return run_in_executor

    def _call_soon_threadsafe(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def call_soon_threadsafe(loop: Any, callback: Any, *args: Any, **kwargs: Any) -> Any:
            life = getattr(self._lives, "here", None)
            if life is not None and self._recorder.stopped is None:
                callback = FromThread(self._recorder, life.id, callback)
            return original(loop, callback, *args, **kwargs)

        return call_soon_threadsafe

    def _begin(self, name: str, function: Any) -> Life:
        recorder = self._recorder
        life = recorder.new_life("thread", name, name_of(function))
        recorder.threads[life.id] = ThreadNotes(recorder.now())
        return life

    def _noted(
        self, life: Life, function: Callable[..., Any], *, is_bare: bool = False
    ) -> Callable[..., Any]:
        recorder, notes = self._recorder, self._recorder.threads[life.id]

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            # Until the thread runs something else: its result is handed over afterwards.
            self._lives.here = life
            if not is_bare:  # to ask for the name of one that has none gives it one
                life.name = threading.current_thread().name
            notes.begin(recorder.now(), recorder.steps)
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                notes.end(recorder.now(), recorder.steps)
                life.outcome, life.error = "raised", describe_exception(error, last_line(error))
                raise
            notes.end(recorder.now(), recorder.steps)
            life.outcome = "returned"
            return result

        return run
