"""Programs in real time: their clock, and who blocks the loop, at which line.

On virtual time a step lasts only as long as the `time.sleep` in it. On a real clock every
step lasts, and one that lasts long holds up every other task.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from types import FrameType

from looplab.recorder.lives import timed
from looplab.recorder.recorder import Recorder
from looplab.recorder.waiting import is_program
from looplab.runs.queries import A_CALLBACK
from looplab.runs.records import Blocking, Call

BLOCKING = 0.1
"""Seconds; a step that lasts as long holds up the loop. It is asyncio's own limit for a slow
callback in debug mode, `loop.slow_callback_duration`."""

_LOOP = asyncio.BaseEventLoop._run_once.__code__  # type: ignore[attr-defined]  # a turn of the loop has no public name
_real_clock = time.perf_counter


def is_clock_real() -> bool:
    """Return whether `time.perf_counter` is Python's own now.

    >>> is_clock_real()
    True
    """
    return time.perf_counter is _real_clock


class RealClock:
    """The clock of one observation, in real seconds from now on.

    >>> clock = RealClock()
    >>> clock.finish()
    >>> clock.now == clock.duration
    True
    """

    calls: tuple[Call, ...] = ()

    def __init__(self) -> None:
        self._start = _real_clock()
        self._finished: float | None = None

    @property
    def now(self) -> float:
        """Seconds since the start of the run, or until it ended."""
        return _real_clock() - self._start if self._finished is None else self._finished

    duration = now

    def finish(self) -> None:
        """Say that the program has ended: what happens from now on does not count."""
        self._finished = self.now


class Watch:
    """Looks ten times a second at which line a step stands, for those that last long.

    It is a signal that looks, because a thread would have to wait for the interpreter's lock,
    and the program with it. Where there is no such signal, or the program has a use for it
    (Windows, a thread that is not the main one), the lines stay unknown.

    Attributes:
        lines: the line of the program, by the number of the step.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.lines: dict[int, int | None] = {}
        self._recorder = recorder
        self._on = False

    def __enter__(self) -> Watch:
        free = (
            is_clock_real()  # on a virtual one no step lasts
            and hasattr(signal, "setitimer")
            and threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        )
        if free:
            self._on = True
            signal.signal(signal.SIGALRM, self._look)
            # A step that lasts as long as `BLOCKING` is seen at least once.
            signal.setitimer(signal.ITIMER_REAL, BLOCKING, BLOCKING)
        return self

    def __exit__(self, *_: object) -> None:
        if self._on and signal.getsignal(signal.SIGALRM) == self._look:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _look(self, _signum: int, frame: FrameType | None) -> None:
        step = self._recorder.current
        if step >= 0:
            while frame is not None and not is_program(frame.f_code.co_filename):
                if frame.f_code is _LOOP:
                    return  # just before the step's own lines, or just after them
                frame = frame.f_back
            self.lines[step] = None if frame is None else frame.f_lineno


def blocked_in(recorder: Recorder, watch: Watch) -> tuple[Blocking, ...]:
    """Return the steps and callbacks that lasted `BLOCKING` seconds or more.

    A plain program holds up nobody: no loop runs beside it.

    Args:
        recorder: of the steps.
        watch: knows their lines.
    """
    callbacks = [
        Blocking(A_CALLBACK, tick.start - recorder.origin, tick.stop - tick.start)
        for tick in recorder.ticks
        if tick.stop - tick.start >= BLOCKING
    ]
    steps = [
        Blocking(
            recorder.lives[life].label, start - recorder.origin, stop - start, watch.lines.get(step)
        )
        for step, (life, _, _, start, stop) in enumerate(timed(recorder))
        if stop - start >= BLOCKING and recorder.lives[life].kind != "program"
    ]
    return tuple(sorted(callbacks + steps, key=lambda blocking: blocking.start))
