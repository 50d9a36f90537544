"""The clocks and the `time.sleep` of one thread, on the time of a world."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from looplab.recorder.replacing import attributes_of, methods_replaced, replaced
from looplab.virtual import telling
from looplab.virtual.answers import Clock
from looplab.virtual.loop import VirtualLoop
from looplab.virtual.outside import Outside
from looplab.virtual.replacing import loops_replaced
from looplab.virtual.sleepers import VISIBLE_WAITS

for _kind in (date, datetime, *VISIBLE_WAITS):
    attributes_of(_kind)

_here = threading.local()


def is_virtual() -> bool:
    """Return whether the clocks of this thread, `time.monotonic` for example, are virtual now.

    >>> is_virtual()
    False
    """
    return world_here() is not None


def world_here() -> Clock | None:
    """Return the world whose time is this thread's."""
    world: Clock | None = getattr(_here, "world", None)
    return world


if hasattr(os, "register_at_fork"):
    # A process that the program forks works in real time.
    os.register_at_fork(after_in_child=lambda: _here.__dict__.clear())


@contextlib.contextmanager
def virtual_time(
    world: Clock,
    names: dict[str, Any],
    blocked: Callable[[float, float], None],
) -> Iterator[None]:
    """Make a program's clocks, its `time.sleep` and its new event loops virtual.

    Only those of the calling thread: others, the notebook's own for example, keep real time.

    Args:
        world: the clock.
        names: the program's global names; `from time import sleep` is found there.
        blocked: told of each `time.sleep`: when it began and for how long, in seconds.
    """
    outside, before, real_sleep = Outside(), world_here(), time.sleep

    def sleep(seconds: float) -> None:
        if world_here() is not world:
            real_sleep(seconds)
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        start = world.now
        outside.pause(seconds)
        world.block(seconds)
        blocked(start, seconds)

    def here() -> bool:
        return world_here() is world

    fakes = {"sleep": sleep, **telling.functions(world, here)}

    def loop() -> VirtualLoop | None:
        return VirtualLoop(world) if world_here() is world else None

    with (
        replaced(time, fakes, names),
        methods_replaced(telling.methods(world, here)),
        loops_replaced(loop),
        outside.watched(names),
    ):
        _here.world = world
        try:
            yield
        finally:
            _here.world = before
