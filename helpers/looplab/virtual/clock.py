"""The clocks and the `time.sleep` of one thread, on the time of a world."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from looplab.virtual.answers import Clock
from looplab.virtual.loop import VirtualLoop
from looplab.virtual.outside import Outside
from looplab.virtual.replacing import loops_replaced, replaced

EPOCH = 1_700_000_000.0
"""What `time.time()` says when a run starts, in seconds: the same for every run."""

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
    outside, before = Outside(), world_here()

    def sleep(seconds: float) -> None:
        if world_here() is not world:
            real["sleep"](seconds)
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        start = world.now
        outside.pause(seconds)
        world.block(seconds)
        blocked(start, seconds)

    def clock(name: str, read: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: read() if world_here() is world else real[name]()

    fakes: dict[str, Callable[..., Any]] = {
        "sleep": sleep,
        "time": clock("time", lambda: EPOCH + world.now),
        "time_ns": clock("time_ns", lambda: round((EPOCH + world.now) * 10**9)),
        "monotonic": clock("monotonic", lambda: world.now),
        "monotonic_ns": clock("monotonic_ns", lambda: round(world.now * 10**9)),
        "perf_counter": clock("perf_counter", lambda: world.now),
        "perf_counter_ns": clock("perf_counter_ns", lambda: round(world.now * 10**9)),
    }
    real = {name: getattr(time, name) for name in fakes}

    def loop() -> VirtualLoop | None:
        return VirtualLoop(world) if world_here() is world else None

    with replaced(time, fakes, names), loops_replaced(loop), outside.watched():
        _here.world = world
        try:
            yield
        finally:
            _here.world = before
