"""How long a check waits for a program in a notebook, and what the Stop button does to it.

A program that never ends would leave the kernel busy for ever. So what a check observes has
`SECONDS` of real time; then, or when Stop is pressed, an exception is raised in it: at the line
where it stands, also in a `while True: pass`, a `time.sleep(60)` on a real clock or a
`threading.Lock` that nobody releases. Whoever swallows it gets the next one at once, so that
`except BaseException` in a loop does not go on either.

It is a signal that ends it, because a thread cannot break into a call that waits in C. Where there
is no timer that sends one, on Windows, a thread asks Python to call the handler, which is done
between two instructions: there a call that waits in C, a `time.sleep(60)`, comes to its end first.

Caveats: only in the main thread, where a kernel runs its cells, and only where the program has no
use of its own for `SIGALRM`. Python 3.12 counts the turn of a loop as part of what stands before
it: there a loop around a `try` that swallows BaseException may go on. What never comes back from C
to Python (`sum(itertools.repeat(1))`) is not ended, nor is a thread of the program's own: nobody
waits for it any more.
"""

from __future__ import annotations

import _thread
import linecache
import operator
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from traceback import walk_stack
from types import FrameType

from looplab.recorder.waiting import HERE, is_of_student, is_program
from looplab.virtual.answers import TooMuch

SECONDS = 5.0
"""Of real time that one observation of a check may take."""

AGAIN = 0.01
"""Seconds after which a program that goes on is stopped once more."""

MAX_PUT_OFF = 20
"""So often it is put off while our own code runs; then that waits for something, and is stopped."""

MAX_IN_A_ROW = 10
"""So often it is raised at once again, out of one `try` in another; the next is at any place."""

_NAMED_TUPLE = "<string>"
"""The file, as Python calls it, of what makes a named tuple: ours have it too."""

_now = time.monotonic  # as it is where `looplab.virtual.clock` replaces it
_call: Callable[[Callable[[], object]], object] = operator.call
_HAS_TIMER = hasattr(signal, "setitimer")
_SIGNAL: signal.Signals = signal.SIGALRM if _HAS_TIMER else signal.SIGBREAK  # type: ignore[attr-defined]  # only Windows has it


class Stopped(KeyboardInterrupt):
    """Stop was pressed while a check observed a program.

    A notebook shows its one line, and no traceback.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Patience:
    """Ends a program in the with block when its time is up, or when Stop is pressed.

    Args:
        check: the name of the check that observes it.

    Attributes:
        over: why it was to end; None while it may go on.
        line: the line of the program at which it stood then, where known.
    """

    def __init__(self, check: str) -> None:
        self.over: TooMuch | Stopped | None = None
        self.line: int | None = None
        self._check, self._seconds = check, SECONDS
        self._on, self._put_off, self._until = False, 0, 0.0
        self._in_a_row = 0
        self._undo = ExitStack()

    def __enter__(self) -> Patience:
        if (
            threading.current_thread() is not threading.main_thread()
            or signal.getsignal(_SIGNAL) is not signal.SIG_DFL
        ):
            return self
        self._on, self._until = True, _now() + self._seconds
        self._handle(_SIGNAL, self._look)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._handle(signal.SIGINT, self._stop)
        if _HAS_TIMER:
            signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN)
            self._undo.callback(signal.setitimer, signal.ITIMER_REAL, 0)
        else:
            ended = threading.Event()
            threading.Thread(target=self._ask, args=[ended.wait], daemon=True).start()
            self._undo.callback(ended.set)
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()
        self._undo.close()

    def finish(self) -> None:
        """Say that the program has ended: nothing is raised from now on."""
        self._on = False

    def go_on(self) -> None:
        """Raise why the program was to end, where it was."""
        if self.over is not None:
            raise self.over

    def _handle(self, signum: int, handler: Callable[[int, FrameType | None], None]) -> None:
        self._undo.callback(signal.signal, signum, signal.signal(signum, handler))

    def _ask(self, wait: Callable[[float], bool]) -> None:
        """Ask Python, from another thread, to call the handler again and again."""
        seconds = self._seconds
        while not wait(seconds):
            _thread.interrupt_main(_SIGNAL)
            seconds = AGAIN

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        if self.over is None:
            self.over = Stopped(f"■ {self._check}: stopped before it was judged")
            if _HAS_TIMER:
                signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
        self._look(signum, frame)

    def _look(self, _: int, frame: FrameType | None) -> None:
        """End the program that runs at `frame`, where it is to end."""
        if not self._on:
            return
        if self.over is None and _now() >= self._until:
            self.line, where = _line_of_program(frame)
            self.over = TooMuch(f"still running after {self._seconds:g} s{where}")
        if self.over is None:
            return
        # What it does from now on is not told; and where it calls our trace, nothing is raised.
        sys.settrace(None)
        sys.setprofile(None)
        if _is_ours(frame) and self._put_off < MAX_PUT_OFF:
            self._put_off += 1
            return
        self._put_off = 0
        self._in_a_row += 1
        if self._in_a_row % MAX_IN_A_ROW:
            _raise_and_ask_again(self.over)
        raise self.over


def _raise_and_ask_again(error: BaseException) -> None:
    """Raise `error`, and have the handler called again at once: by whoever swallows it.

    Python calls a handler after the next call or turn of a loop. That is to be the program's and
    not this one's, so it is one call, in C, that does both.
    """
    unstarted = (_ for _ in "")
    both: tuple[Callable[[], object], ...] = (
        partial(_thread.interrupt_main, _SIGNAL),
        partial(unstarted.throw, error),
    )
    any(map(_call, both))


def _is_ours(frame: FrameType | None) -> bool:
    """Whether it is our own code that runs at `frame`, or that has called what runs there."""
    for each, _ in walk_stack(frame):
        name = each.f_code.co_filename
        if name.startswith(HERE):
            return True
        if is_of_student(name) and name != _NAMED_TUPLE:
            return False
    return True


def _line_of_program(frame: FrameType | None) -> tuple[int | None, str]:
    """Return the program's line that runs at `frame`, and the words that say so."""
    for each, line in walk_stack(frame):
        if is_program(each.f_code.co_filename) and each.f_code.co_filename != _NAMED_TUPLE:
            text = linecache.getline(each.f_code.co_filename, line).strip()
            return line, f" in line {line}" + (f" │ {text}" if text else "")
        if each.f_code.co_filename.startswith(HERE) and each.f_code.co_name == "perform":
            break
    return None, ""
