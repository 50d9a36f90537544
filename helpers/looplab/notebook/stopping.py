"""One press of Stop ends a cell wherever it stands.

Python drops what is raised in a `__del__` or in the callback of a weak reference, a
`KeyboardInterrupt` too. Where a press falls into one of these, it is repeated.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from typing import Any

from looplab.notebook.hosting import replace

AGAIN = 0.02
"""Seconds after which a press that came too early is repeated, or one that was lost."""


def interrupt_soon() -> None:
    """Press Stop once more, as the kernel is told of it, in a moment."""
    threading.Timer(AGAIN, os.kill, (os.getpid(), signal.SIGINT)).start()


def repeat_what_is_lost(undo: ExitStack) -> None:
    """Interrupt once more where Python has dropped a `KeyboardInterrupt`.

    Args:
        undo: closing it undoes this.
    """
    as_ever = sys.unraisablehook

    def hear(lost: Any) -> None:
        if lost.exc_type is KeyboardInterrupt:
            interrupt_soon()  # at once, it would be raised in here
        else:
            as_ever(lost)

    replace(sys, "unraisablehook", hear, undo)
