"""Stop between two cells, while the kernel sends what one has shown or reads what the next one is.

ipykernel ignores an interrupt then, or takes it for its own and goes on: of the presses that come
during a Run All of short cells most are lost. Here each drops all cells that wait; and a cell that
is just about to begin is interrupted as soon as it has.

Caveat: ipykernel has no public name for what it does with an interrupt while no cell runs.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from looplab.notebook.hosting import replace
from looplab.notebook.stopping import interrupt_soon


class Between:
    """Hears of an interrupt while no cell runs.

    Args:
        loop: the kernel's.
        drop: drops the cells that wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, drop: Callable[[], None]) -> None:
        self._loop, self._drop = loop, drop
        self._pressed = False

    def listen(self, kernel: Any, undo: ExitStack) -> None:
        """Take the place of what the kernel does with an interrupt while no cell runs."""
        base = sys.modules.get("ipykernel.kernelbase")
        if hasattr(base, "default_int_handler"):  # while it handles a message
            replace(base, "default_int_handler", self._stop, undo)
        if hasattr(kernel, "saved_sigint_handler"):  # while it waits for one
            replace(kernel, "saved_sigint_handler", self._stop, undo)

    def before_cell(self, _: object) -> None:
        """Give the cell Python's own handler; one that comes too late for Stop has it again."""
        if signal.getsignal(signal.SIGINT) == self._stop:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._pressed:
            self._pressed = False
            interrupt_soon()

    def after_cell(self, _: object) -> None:
        """Listen again."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._stop)

    def _stop(self, *_: object) -> None:
        self._pressed = True
        self._loop.call_soon_threadsafe(self._drop_all)

    def _drop_all(self) -> None:
        self._pressed = False
        self._drop()
