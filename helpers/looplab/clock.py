"""An event loop on which time is virtual: it never waits, and it counts exactly.

When every task waits, the loop asks its world what time it is. The world moves the
clock to the next timer, or to the moment a service is done, whichever comes first,
and the loop goes on at once: `asyncio.sleep(3600)` takes no time and counts 3,600 s.

The clock moves at three moments only:

- every task waits, and a timer or a service is due: to that moment;
- the program calls `time.sleep`: by that long, while nobody else can run;
- a thread of an executor works: real time passes, and the clock stands still.

When every task waits and nothing is due, nothing can ever happen again: the loop
stops with `Deadlock`. When the loop turns 20,000 times and the clock does not move, or
200,000 times in all, the program polls for ever: it stops with `TooMuch`.

Caveats: a thread that the program starts itself, a socket and a subprocess are not
waited for.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import contextlib
import math
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from looplab.services import Answer, Clock, TooMuch

RESOLUTION = 1e-9
"""Seconds; two instants that are nearer to each other are the same."""

MAX_TURNS = 20_000
"""Turns of the loop in which the clock does not move before the program is stopped."""

MAX_TURNS_IN_ALL = 200_000
"""Turns of the loop before the program is stopped, however much time passes."""

EPOCH = 1_700_000_000.0
"""What `time.time()` says when a run starts, in seconds: the same for every run."""


class Deadlock(BaseException):
    """Every task waits, and nothing can ever wake one.

    A BaseException, so that `except Exception` in the program does not swallow it.
    """


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is a world's.

    Args:
        world: the clock and the services.
    """

    def __init__(self, world: Clock) -> None:
        super().__init__(_Selector(self))
        self._world = world
        self._clock_resolution = RESOLUTION
        self._tickets: dict[int, asyncio.Future[Answer]] = {}
        self._threads_at_work = 0
        self._turns = 0
        self._turns_in_all = 0

    def time(self) -> float:
        """Return the world's time, in seconds since the start of the run."""
        return self._world.now

    def wait_for_ticket(self, ticket: int) -> asyncio.Future[Answer]:
        """Return a future for the answer that a service promised."""
        future: asyncio.Future[Answer] = self.create_future()
        self._tickets[ticket] = future
        return future

    def run_in_executor(  # type: ignore[override]  # plain arguments say all of it
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        """As asyncio's; while the thread works, the loop waits for it in real time."""
        future = super().run_in_executor(executor, func, *args)
        self._threads_at_work += 1
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _: object) -> None:
        self._threads_at_work -= 1

    def next_deadline(self) -> float | None:
        """Return when the next timer is due, in seconds; None without one."""
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # asyncio has no public list of timers
        live = [timer.when() for timer in timers if not timer.cancelled()]
        return min(live, default=None)

    def turn(self) -> None:
        """Count a turn in which something was ready.

        Raises:
            TooMuch: the clock has not moved for `MAX_TURNS` turns, or it was one of
                `MAX_TURNS_IN_ALL`.
        """
        self._turns += 1
        self._turns_in_all += 1
        if self._turns_in_all > MAX_TURNS_IN_ALL:
            raise TooMuch(f"the loop turned {MAX_TURNS_IN_ALL:,} times: does it ever stop?")
        if self._turns > MAX_TURNS:
            raise TooMuch(
                f"the loop turned {MAX_TURNS:,} times and no time passed: "
                "something polls, or never stops"
            )

    def reset_turns(self) -> None:
        """Count the turns from 0 again."""
        self._turns = self._turns_in_all = 0

    def idle(self) -> None:
        """Let the world move the clock: no task can run.

        Raises:
            Deadlock: nothing will ever happen.
        """
        before = self._world.now
        done = self._world.advance(self.next_deadline())
        if done is None:
            raise Deadlock("Every task waits, and nothing can wake one.")
        now = self._world.now
        if now > before:
            self._turns = 0
            # A timer is due within this much of now: never less than a float can tell apart.
            self._clock_resolution = max(RESOLUTION, math.ulp(now))
        for ticket, answer in done:
            future = self._tickets.pop(ticket, None)
            if future is not None and not future.done():
                future.set_result(answer)


class _Selector(selectors.DefaultSelector):
    """Where a loop waits; instead of waiting, this one lets virtual time pass."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        loop = self._loop
        if timeout is not None and timeout <= 0:
            loop.turn()
            return super().select(0)
        ready = super().select(0)
        if ready:
            return ready
        if loop._threads_at_work:
            return super().select(None)
        loop.idle()
        return []


@contextlib.contextmanager
def hidden_loop() -> Iterator[None]:
    """Hide the running loop from this thread, so that another can run inside it.

    A notebook's cells run inside the kernel's loop; `observe` and `asyncio.run` need
    a fresh one. Nothing else in the thread runs meanwhile.
    """
    loop = asyncio._get_running_loop()
    if loop is None:
        yield
        return
    swap: Any = getattr(asyncio.tasks, "_swap_current_task", None)
    # From 3.14 on a thread has one current task, whatever the loop (gh-128002).
    task = swap(loop, None) if swap and sys.version_info >= (3, 14) else None
    hooks = sys.get_asyncgen_hooks()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
        sys.set_asyncgen_hooks(*hooks)
        if swap and sys.version_info >= (3, 14):
            swap(loop, task)


@contextlib.contextmanager
def virtual_time(
    world: Clock,
    names: dict[str, Any],
    blocked: Callable[[float, float], None],
) -> Iterator[None]:
    """Make a program's clocks, its `time.sleep` and its new event loops virtual.

    Args:
        world: the clock.
        names: the program's global names; `from time import sleep` is found there.
        blocked: told of each `time.sleep`: when it began and for how long, in seconds.
    """
    thread = threading.get_ident()

    def sleep(seconds: float) -> None:
        if threading.get_ident() != thread:
            real_sleep(seconds)
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        start = world.now
        world.block(seconds)
        blocked(start, seconds)

    def clock(name: str, read: Callable[[], Any]) -> Callable[[], Any]:
        # Other threads, the notebook's own for example, keep the real time.
        return lambda: read() if threading.get_ident() == thread else real[name]()

    fakes: dict[str, Any] = {
        "sleep": sleep,
        "time": clock("time", lambda: EPOCH + world.now),
        "time_ns": clock("time_ns", lambda: round((EPOCH + world.now) * 10**9)),
        "monotonic": clock("monotonic", lambda: world.now),
        "monotonic_ns": clock("monotonic_ns", lambda: round(world.now * 10**9)),
        "perf_counter": clock("perf_counter", lambda: world.now),
        "perf_counter_ns": clock("perf_counter_ns", lambda: round(world.now * 10**9)),
    }
    real = {name: getattr(time, name) for name in fakes}
    real_sleep = real["sleep"]

    def new_event_loop() -> VirtualLoop:
        return VirtualLoop(world)

    imported = {
        here: name for here, value in names.items() for name in fakes if value is real[name]
    }
    places: list[Any] = [asyncio, asyncio.events]
    old_factories = [place.new_event_loop for place in places]
    for name, fake in fakes.items():
        setattr(time, name, fake)
    for here, name in imported.items():
        names[here] = fakes[name]
    for place in places:
        place.new_event_loop = new_event_loop
    try:
        yield
    finally:
        for name, function in real.items():
            setattr(time, name, function)
        for here, name in imported.items():
            if names.get(here) is fakes[name]:
                names[here] = real[name]
        for place, factory in zip(places, old_factories, strict=True):
            place.new_event_loop = factory
