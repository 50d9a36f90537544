"""Ctrl+C and SIGTERM end grading in the same way: soon, and only where it can be ended.

Python's own way raises KeyboardInterrupt wherever the program is just then. In a library
that closes its connections, or in a `__del__`, that is told as an error of theirs, or
forgotten. So a signal only leaves word here, and who grades asks for it on the way.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


class Stopped(KeyboardInterrupt):
    """Grading was stopped; the text says how to go on."""


_asked = threading.Event()


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl+C and SIGTERM raise Stopped at the next `pause`; a second one at once.

    Only where nobody else has said what they do: a server that grades has its own way.

    Raises:
        Stopped: one came, also where nothing paused any more.
    """
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
            for sign, before in usual.items():
                if signal.getsignal(sign) is before:
                    stack.callback(signal.signal, sign, before)
                    signal.signal(sign, _leave_word)
        stack.callback(_asked.clear)
        yield
        pause()


def pause() -> None:
    """Be a place where grading can be stopped.

    Raises:
        Stopped: that was asked for.
    """
    if _asked.is_set():
        raise Stopped


def _leave_word(*_: Any) -> None:
    if _asked.is_set():
        raise Stopped
    _asked.set()
