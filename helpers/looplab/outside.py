"""What works outside a virtual loop, in real time: threads and subprocesses.

Virtual time may pass only while nothing outside can still wake the loop. Whether a thread
can is read off its stack:

- it has ended, or waits for another thread without a time limit, or for a result of
  `concurrent.futures`: it will not act before something else does, so it is not at work;
- anything else, `time.sleep` and a wait with a time limit included: it is at work.

A thread that has stood at the same instruction for `PATIENCE` seconds counts as waiting
for ever: one that reads from a socket or that nobody lets in to a lock, for example.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

PATIENCE = 30.0
"""Seconds of real time."""

_now = time.monotonic


class Outside:
    """The threads that a program has started, and what they are at.

    Attributes:
        patience: how long a thread may stand still and count as at work, in real seconds.
    """

    current: Outside | None = None
    """That of the program that runs on virtual time now."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._seen: dict[int, tuple[tuple[int, int], float]] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the threads that start in the with block."""
        start, before = threading.Thread.start, Outside.current

        @functools.wraps(start)
        def noted(thread: threading.Thread) -> None:
            self.add(thread)
            start(thread)

        threading.Thread.start = noted  # type: ignore[method-assign, assignment]
        Outside.current = self
        try:
            yield
        finally:
            threading.Thread.start = start  # type: ignore[method-assign]
            Outside.current = before

    def add(self, thread: threading.Thread) -> None:
        """Note a thread that works for the program."""
        self._threads.add(thread)

    def at_work(self) -> bool:
        """Whether a thread other than the caller may still do something by itself."""
        threads = [thread for thread in self._threads if thread.is_alive()]
        if not threads:
            return False
        frames = sys._current_frames()
        here = threading.get_ident()
        # All are looked at: each one's patience is counted from when it was seen to stand still.
        at_work = [self._is_at_work(t.ident, frames) for t in threads if t.ident != here]
        return any(at_work)

    def _is_at_work(self, ident: int | None, frames: dict[int, FrameType]) -> bool:
        frame = frames.get(-1 if ident is None else ident)
        if ident is None or frame is None:
            return ident is not None  # it begins just now
        if _waits_for_others(frame):
            self._seen.pop(ident, None)
            return False
        place = id(frame), frame.f_lasti
        before, since = self._seen.get(ident, (None, 0.0))
        if place != before:
            self._seen[ident] = place, _now()
            return True
        return _now() - since < self.patience


_WAITS = {
    ("threading", "wait"),
    ("threading", "join"),
    ("threading", "_wait_for_tstate_lock"),  # where join waits, up to Python 3.12
    ("selectors", "select"),
}


def _waits_for_others(frame: FrameType) -> bool:
    """Whether a thread that stands in `frame` goes on only when another thread acts."""
    if (frame.f_globals.get("__name__"), frame.f_code.co_name) not in _WAITS:
        return _is_of_futures(frame)
    waiter, joined = frame.f_locals.get("waiter"), frame.f_locals.get("self")
    if waiter is not None and not waiter.locked():
        return False  # it was let in, and has not gone on yet
    if isinstance(joined, threading.Thread) and not joined.is_alive():
        return False
    caller = frame.f_back
    while caller is not None and caller.f_globals.get("__name__") == "threading":
        caller = caller.f_back
    loop: Any = _loop_in(caller)
    if loop is not None and loop._ready:
        return False
    timeout: Any = frame.f_locals.get("timeout")
    return timeout is None or timeout < 0 or (caller is not None and _is_of_futures(caller))


def _is_of_futures(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("concurrent.futures.")


def _loop_in(frame: FrameType | None) -> Any:
    """Return the event loop that selects, where one does."""
    while frame is not None and frame.f_code.co_name == "select":
        frame = frame.f_back
    if frame is None or frame.f_code.co_name != "_run_once":
        return None
    return frame.f_locals.get("self")


class Call:
    """A call that an executor makes.

    It is under way from when it is asked for until its thread runs it, and again from when
    it has returned until the loop has heard of it. In between its thread tells what it does.
    """

    def __init__(self) -> None:
        self.is_under_way = True

    def marked(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function`, made to say when it begins and ends."""

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            outside = Outside.current
            if outside is not None:
                outside.add(threading.current_thread())
                self.is_under_way = False
            try:
                return function(*args, **kwargs)
            finally:
                self.is_under_way = True

        return call


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
