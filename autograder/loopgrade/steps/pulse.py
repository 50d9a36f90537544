"""Whether this process stood still: stopped by a signal, or starved by its machine.

An examiner's patience with a program is told by a real clock. Where the examiner stands still
for a minute, and the program with it or not, that patience is used up when it goes on, and a
right answer would be told to be too slow. So whoever has stood still says nothing.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

BEAT_SECONDS = 0.25
"""How often the time is looked at."""

STILL_SECONDS = 5.0
"""Between two looks; a machine that has much to do is late by less."""


class Pulse:
    """Watches the time while a block runs.

    >>> with Pulse() as pulse:
    ...     total = sum(range(1000))
    >>> pulse.stood_still
    False

    Attributes:
        stood_still: whether the process stood still meanwhile; known when the block has ended.
    """

    def __init__(self) -> None:
        self.stood_still = False
        self._over = threading.Event()
        self._last = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Pulse:
        self._last = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        over = False
        while not over:
            over = self._over.wait(BEAT_SECONDS)
            now = time.monotonic()
            self.stood_still |= now - self._last > STILL_SECONDS
            self._last = now
