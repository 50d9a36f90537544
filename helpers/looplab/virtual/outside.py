"""What works outside a virtual loop, in real time: threads and subprocesses.

Virtual time may pass only while nothing outside can still wake the loop. Whether a thread
can is read off its stack:

- it has ended, or waits for another thread without a time limit, or has nothing to do in
  its executor: it will not act before something else does, so it is not at work;
- it waits, with a time limit, for a result of `concurrent.futures`, which the loop may bring:
  it lets time pass, but while it waits there is no deadlock;
- it is older than the run, and has not been woken where it stood when the run began: it has
  nothing to do with the program yet; the run begins when it stands somewhere, or after `SETTLING`;
- anything else, `time.sleep` and any other wait with a time limit included: it is at work.

A thread that waits in C code, in `os.read` for example, does not say for what. So one that the
run has started is at work there. One that is older, a worker that waits for its next job, is at
work from when the system has woken it (`looplab.virtual.sleepers`) until it sleeps there again.

What has been at work for `PATIENCE` seconds, at each look, is not waited for any more: a thread
that polls for ever, that reads from a socket, or that nobody lets in to a lock, for example.

Caveats: a thread that C code starts is not seen, and neither is what a program submits to a pool
of processes itself; `loop.run_in_executor` is.
"""

from __future__ import annotations

import _thread
import functools
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum, auto
from types import CodeType, FrameType
from typing import Any, NamedTuple

from looplab.recorder.replacing import methods_replaced, replaced
from looplab.recorder.threads import STARTS
from looplab.recorder.waiting import HERE, is_of_student
from looplab.virtual.sleepers import (
    RUNS,
    VISIBLE_WAITS,
    AnyThread,
    BareThread,
    get,
    thread_of,
    wakings,
)

PATIENCE = 30.0
"""Seconds of real time."""

MOMENT = 0.002
"""Seconds of real time in which a thread that works shows that it does."""

SETTLING = 0.5
"""Seconds of real time in which an older thread that works may come to where it waits.

On a busy machine it needs more than a moment to return to the queue that its jobs come from. One
that works on is not watched: it is no part of the program.
"""

STIRRING = 0.2
"""Seconds of real time in which an older thread that is woken is waited for where it stands."""

_now, _sleep = time.monotonic, time.sleep

_WORKER = ("concurrent.futures.thread", "_worker")


class _State(Enum):
    """What a thread, a subprocess or a call to another process is at."""

    WAITS = auto()
    WAITS_WITH_LIMIT = auto()
    AT_WORK = auto()


class Sight(NamedTuple):
    """What one look at all that is outside has shown.

    Attributes:
        at_work: whether the clock must stand still.
        may_act: whether something may wake the loop, though the clock need not stand still.
        given_up: whether something is still at work, but for longer than the patience.
    """

    at_work: bool
    may_act: bool
    given_up: bool


NOTHING = Sight(at_work=False, may_act=False, given_up=False)


class Outside:
    """The threads that a program has started, and what they are at.

    Attributes:
        patience: how long something may be at work and be waited for, in real seconds.
        threads: those that have started and, for all that was last seen, not ended.
    """

    current: Outside | None = None
    """That of the program that runs on virtual time now."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        # A copy of a set is made at once, whatever other threads add.
        self.threads: set[AnyThread] = set()
        # Where those that are older than the run stood when it began, in C code.
        self._older: dict[AnyThread, _Place] = {}
        self._wakings: dict[AnyThread, str | None] = {}
        self._stirred: dict[AnyThread, float] = {}
        self._since: dict[tuple[object, _State], float] = {}
        self._submitted: dict[object, set[Future[Any]]] = {}  # by the queue they are in

    @contextmanager
    def watched(self, names: dict[str, Any]) -> Iterator[None]:
        """Note the threads that start in the with block, and those of executors in use.

        Args:
            names: the program's global names; functions of `_thread` may be found there.
        """
        start, before = threading.Thread.start, Outside.current
        submit: Any = ThreadPoolExecutor.submit

        @functools.wraps(start)
        def noted_start(thread: threading.Thread) -> None:
            self.threads.add(thread)
            start(thread)

        @functools.wraps(submit)
        def noted_submit(executor: ThreadPoolExecutor, /, *args: Any, **kwargs: Any) -> Any:
            future = submit(executor, *args, **kwargs)
            submitted = self._submitted.setdefault(executor._work_queue, set())
            submitted.add(future)
            future.add_done_callback(submitted.discard)
            # The executor, and its threads, may be older than the with block.
            self.threads.update(executor._threads)
            return future

        def noting(start_bare: Callable[..., Any]) -> Callable[..., Any]:
            def noted_start_bare(function: Any, *args: Any, **kwargs: Any) -> Any:
                if not callable(function):
                    return start_bare(function, *args, **kwargs)
                thread = BareThread()

                @functools.wraps(function)
                def run(*args: Any, **kwargs: Any) -> None:
                    thread.run(function, *args, **kwargs)

                started = start_bare(run, *args, **kwargs)
                # It need not have begun yet.
                thread.ident = started if isinstance(started, int) else started.ident
                self.threads.add(thread)
                return started

            return noted_start_bare

        self._adopt_older()
        threading.Thread.start = noted_start  # type: ignore[method-assign, assignment]  # noted while a program runs
        ThreadPoolExecutor.submit = noted_submit  # type: ignore[method-assign, assignment]  # noted while a program runs
        Outside.current = self
        try:
            with (
                replaced(_thread, {name: noting(getattr(_thread, name)) for name in STARTS}, names),
                methods_replaced(VISIBLE_WAITS),
            ):
                yield
        finally:
            threading.Thread.start = start  # type: ignore[method-assign]  # as it was before
            ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]  # as it was before
            Outside.current = before

    def _adopt_older(self) -> None:
        """Watch the threads that run code of the program's already, but for those that work."""
        end = _now() + SETTLING
        older = {
            ident: thread_of(ident)
            for ident, frame in _frames().items()
            if ident != threading.get_ident() and _runs_code_of_student(frame)
        }
        places = dict[AnyThread, _Place]()
        while older:
            frames = _frames()
            for ident, thread in list(older.items()):
                frame = frames.get(ident)
                before, now = self._wakings.get(thread), wakings(thread)
                self._wakings[thread] = now
                if frame is None:
                    del older[ident]  # it has ended
                elif self._state_of(frame) is _State.WAITS:
                    self.threads.add(older.pop(ident))
                else:
                    place = _place_of(frame)
                    if before is not None and before == now != RUNS and place == places[thread]:
                        self._older[thread] = place
                        self.threads.add(older.pop(ident))
                    places[thread] = place
            if not older or _now() >= end:
                return
            # Whoever works has waited for the interpreter's lock, and gets it now.
            _sleep(MOMENT)

    def _sleeps(self, thread: AnyThread) -> bool:
        """Whether a thread that stands where it waits has not been woken since the last look.

        One that has been, at each look, for as long as `STIRRING`, is woken by itself: it polls.
        """
        before, now = self._wakings.get(thread), wakings(thread)
        self._wakings[thread] = now
        if now is None or before == now != RUNS:
            self._stirred.pop(thread, None)
            return True
        since = self._stirred.setdefault(thread, _now())
        return now != RUNS and _now() - since > STIRRING

    def look(self, others: Iterable[object] = ()) -> Sight:
        """Return what those that work outside are at, other than the calling thread.

        Args:
            others: what is at work besides the threads: a subprocess, for example.
        """
        states = [(each, _State.AT_WORK) for each in others]
        if self.threads:
            states += self._states_of_threads()
        if not states:
            self._since.clear()
            return NOTHING
        now = _now()
        self._since = {
            key: self._since.get(key, now) for key in states if key[1] is not _State.WAITS
        }
        recent = {state for (_, state), since in self._since.items() if now - since < self.patience}
        may_act = _State.WAITS_WITH_LIMIT in recent
        return Sight(_State.AT_WORK in recent, may_act, bool(self._since))

    def _states_of_threads(self) -> list[tuple[object, _State]]:
        frames, here = _frames(), threading.get_ident()
        states: list[tuple[object, _State]] = []
        for thread in self.threads.copy():
            if thread.ident is None or thread.ident == here:
                continue  # who starts it is at work
            frame = frames.get(thread.ident)
            if frame is not None:
                state = self._state_of(frame)
                stands = self._older.get(thread) == _place_of(frame)
                if stands or (state is _State.WAITS and frame.f_code is get.__code__):
                    state = _State.WAITS if self._sleeps(thread) else _State.AT_WORK
                states.append((thread, state))
            elif thread.is_alive():
                states.append((thread, _State.AT_WORK))  # it begins or ends just now
            else:
                self.threads.discard(thread)
        return states

    def _state_of(self, frame: FrameType) -> _State:
        caller = frame.f_back
        if frame.f_code is get.__code__ and caller is not None and _name_of(caller) == _WORKER:
            frame = caller
        if _name_of(frame) != _WORKER:
            return _state_of(frame)
        executor = frame.f_locals["executor_reference"]()
        if executor is None or executor._shutdown:
            return _State.AT_WORK  # it has been told to end, and whoever joins it goes on then
        # The queue alone does not tell: what is handed to a thread is in it no more.
        submitted = self._submitted.get(frame.f_locals["work_queue"], set()).copy()
        waits = all(future.running() for future in submitted)
        return _State.WAITS if waits else _State.AT_WORK

    def pause(self, seconds: float) -> None:
        """Let so much real time pass, or less: until no thread is at work."""
        end = _now() + seconds
        while self.look().at_work and (left := end - _now()) > 0:
            _sleep(min(left, LOOK))


def _frames() -> dict[int, FrameType]:
    """Return where each thread stands, by its ident."""
    # A collection inside the call may let another thread in that starts or ends, and then both
    # wait for ever: older releases, 3.11.7 for example, do not prevent it (gh-106883).
    collects = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames()
    finally:
        if collects:
            gc.enable()


_Place = tuple[CodeType, int]


def _place_of(frame: FrameType) -> _Place:
    """Return where a thread stands, but for what of ours stands in for Python's own.

    By its line: a loop may ask for its next job at two instructions.
    """
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    return frame.f_code, frame.f_lineno


def _runs_code_of_student(frame: FrameType | None) -> bool:
    while frame is not None:
        if is_of_student(frame.f_code.co_filename):
            return True
        frame = frame.f_back
    return False


def _waits_for_an_item(_: FrameType, local: dict[str, Any]) -> bool:
    return bool(local["block"]) and not local.get("got") and not local["self"].qsize()


LOOK = 0.01
"""Seconds of real time between two looks at what is at work."""


def _state_of(frame: FrameType) -> _State:
    """Return what a thread whose innermost frame of Python is `frame` is at."""
    still_waits = _WAITS.get(_name_of(frame))
    if still_waits is None or not still_waits(frame, frame.f_locals):
        return _State.AT_WORK
    timeout: Any = frame.f_locals.get("timeout")
    if timeout is None or timeout < 0:
        return _State.WAITS
    # Whoever waits so for a result of a coroutine, waits for the loop: the clock may move.
    return _State.WAITS_WITH_LIMIT if _is_called_by_futures(frame) else _State.AT_WORK


def _name_of(frame: FrameType) -> tuple[object, str]:
    return frame.f_globals.get("__name__"), frame.f_code.co_name


def _is_called_by_futures(frame: FrameType) -> bool:
    caller: FrameType | None = frame
    while caller is not None and caller.f_globals.get("__name__") == "threading":
        caller = caller.f_back
    name = "" if caller is None else str(caller.f_globals.get("__name__"))
    return name.startswith("concurrent.futures.")


def _waits_to_be_told(_: FrameType, local: dict[str, Any]) -> bool:
    # `notify` takes a waiter out when it lets it in. The lock alone does not tell: a thread
    # that has got it and not yet gone on holds it as well.
    waiter, condition = local.get("waiter"), local.get("self")
    return waiter is not None and waiter in getattr(condition, "_waiters", ())


def _waits_for_a_thread(_: FrameType, local: dict[str, Any]) -> bool:
    joined = local.get("self")
    return isinstance(joined, threading.Thread) and joined.is_alive()


def _waits_for_events(frame: FrameType, _: dict[str, Any]) -> bool:
    caller: FrameType | None = frame
    while caller is not None and caller.f_code.co_name == "select":
        caller = caller.f_back
    if caller is None or caller.f_code.co_name != "_run_once":
        return True
    return not caller.f_locals["self"]._ready  # the loop has not been told anything


_WAITS: dict[tuple[object, str], Callable[[FrameType, dict[str, Any]], bool]] = {
    ("threading", "wait"): _waits_to_be_told,
    ("threading", "join"): _waits_for_a_thread,
    # Where join waits, up to Python 3.12.
    ("threading", "_wait_for_tstate_lock"): _waits_for_a_thread,
    ("selectors", "select"): _waits_for_events,
    ("looplab.virtual.sleepers", "get"): _waits_for_an_item,
}
"""Where a thread stands that waits, and what tells whether it still does."""


def is_running(process: Any) -> bool:
    """Return whether a subprocess, or one that it has started, may still end or write.

    Args:
        process: asyncio's transport of it.
    """
    if process.get_returncode() is None:
        return True
    pipes = map(process.get_pipe_transport, (1, 2))
    return any(pipe is not None and pipe.is_reading() for pipe in pipes)


class RealTime:
    """How much real time has passed since virtual time stood still.

    >>> RealTime().left(0.0)
    0.0
    """

    def __init__(self, now: Callable[[], float] = _now) -> None:
        self._now, self._since = now, now()

    def left(self, seconds: float) -> float:
        """Return how much of so many seconds has not passed, at least 0."""
        return max(0.0, seconds - (self._now() - self._since))
