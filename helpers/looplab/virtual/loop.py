"""An event loop on which time is virtual: it never waits, and it counts exactly.

When every task waits, the loop asks its world what time it is. The world moves the
clock to the next timer, or to the moment a service is done, whichever comes first,
and the loop goes on at once: `asyncio.sleep(3600)` takes no time and counts 3,600 s.

The clock moves at two moments only:

- every task waits, and a timer or a service is due: to that moment;
- the program calls `time.sleep`: by that long, while nobody else can run.

While a thread of the program or a subprocess is at work (`looplab.virtual.outside` says when
it is), real time passes and the clock stands still. A timer is due then only when as much real time
has passed too: so a thread that sleeps 0.1 s is done before `asyncio.sleep(10)`, and
`asyncio.timeout(1)` ends what takes a thread three seconds, at 1.0 s exactly. `time.sleep` lets
a thread work for so long, too. After `PATIENCE` seconds nobody waits for it any more.

When every task waits, nothing is due and nothing is at work, nothing can ever happen again:
the loop stops with `Deadlock`. When the loop turns 20,000 times, the clock does not move and
nothing is at work, or 200,000 times in all, the program polls for ever: it stops with `TooMuch`.

Caveats: a loop that runs in another thread, or that is made from a class and not by asyncio,
runs in real time. Sockets get `GRACE` seconds of real time, which is enough between two ends on
one machine; the network is not waited for. `time.sleep` and the clocks (`looplab.virtual.telling`)
are replaced where the program's modules have them by name; a default argument that holds one keeps
the real one. What else blocks the loop's own thread, `threading.Event().wait(1)` for example, takes
real time and counts none. A thread's own time limits count real seconds. One program at a time:
what is replaced is the process's, and a second one that begins in another thread meanwhile breaks
both.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from looplab.virtual.answers import Answer, Clock, TooMuch
from looplab.virtual.outside import LOOK, NOTHING, PATIENCE, Outside, RealTime, Sight, is_running

RESOLUTION = 1e-9
"""Seconds; two instants that are nearer to each other are the same."""

MAX_TURNS = 20_000
"""Turns of the loop in which the clock does not move before the program is stopped."""

MAX_TURNS_IN_ALL = 200_000
"""Turns of the loop before the program is stopped, however much time passes."""

TURNS_TO_HEAR = 50
"""So often the loop turns, then, between two looks at what works outside."""

GRACE = 0.005
"""Seconds of real time that sockets and pipes get before virtual time passes."""


_real_time = time.monotonic  # as it is where `looplab.virtual.clock` replaces it


class Deadlock(BaseException):
    """Every task waits, and nothing can ever wake one.

    A BaseException, so that `except Exception` in the program does not swallow it.
    """


attributes_of: Any = vars(asyncio.AbstractEventLoop)["__dict__"].__get__
"""Returns the attributes of a loop, and not a copy of them."""


@dataclass(slots=True)
class _Own:
    """What a virtual loop keeps beside what asyncio's loop does.

    Not among the attributes of the loop: one that has more than 30 is slow on Python 3.13.
    """

    world: Clock
    home: int = field(default_factory=threading.get_ident)
    tickets: dict[int, asyncio.Future[Answer]] = field(default_factory=dict)
    calls: set[asyncio.Future[Any]] = field(default_factory=set)
    processes: list[Any] = field(default_factory=list)
    outside: Outside = field(default_factory=Outside)
    standing: RealTime | None = None
    turns: int = 0
    turns_in_all: int = 0
    over: TooMuch | None = None


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is a world's.

    Args:
        world: the clock and the services.
    """

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # nobody hides a method by it
        """A copy of the loop's attributes."""
        return dict(attributes_of(self))

    _too_much = TooMuch  # also where Python ends, and has taken the module's names away

    def __init__(self, world: Clock) -> None:
        super().__init__(_Selector(self))
        self._own = _Own(world)
        self._clock_resolution = RESOLUTION

    def time(self) -> float:
        """Return the world's time, in seconds since the start of the run."""
        return self._own.world.now if threading.get_ident() == self._own.home else _real_time()

    def wait_for_ticket(self, ticket: int) -> asyncio.Future[Answer]:
        """Return a future for the answer that a service promised."""
        future: asyncio.Future[Answer] = self.create_future()
        self._own.tickets[ticket] = future
        return future

    def run_in_executor(  # type: ignore[override]  # plain arguments say all of it
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        """As asyncio's; while the call is under way, the clock stands still."""
        future = super().run_in_executor(executor, func, *args)
        # A thread tells what it does; of what goes to another process this is all that is known.
        if executor is not None and not isinstance(executor, ThreadPoolExecutor):
            self._own.calls.add(future)
            future.add_done_callback(self._own.calls.discard)
        return future

    async def _make_subprocess_transport(self, *args: Any, **kwargs: Any) -> Any:
        transport = await super()._make_subprocess_transport(*args, **kwargs)  # type: ignore[misc]  # asyncio's own, not in its stubs
        self._own.processes.append(transport)
        return transport

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """As asyncio's; but a program whose time is up ends, also where a callback noticed it."""
        error = context.get("exception")
        if isinstance(error, self._too_much):
            self._own.over = error
        super().call_exception_handler(context)

    def look_outside(self) -> Sight:
        """Return whether a thread or a subprocess may still do something by itself."""
        own = self._own
        outside = Outside.current or own.outside
        if not (own.processes or own.calls or outside.threads):
            return NOTHING
        own.processes = [each for each in own.processes if is_running(each)]
        return outside.look([*own.calls, *own.processes])

    def next_deadline(self) -> float | None:
        """Return when the next timer is due, in seconds; None without one."""
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # asyncio has no public list of timers
        # A heap; before it selects, the loop has dropped the cancelled ones from its top.
        return timers[0].when() if timers else None

    def turn(self) -> bool:
        """Count a turn in which something was ready.

        Returns:
            Whether to let a little real time pass: the program polls for what works outside.

        Raises:
            TooMuch: the clock has not moved for `MAX_TURNS` turns, or it was one of
                `MAX_TURNS_IN_ALL`.
        """
        own = self._own
        own.turns += 1
        own.turns_in_all += 1
        if own.turns_in_all > MAX_TURNS_IN_ALL:
            raise TooMuch(f"the loop turned {MAX_TURNS_IN_ALL:,} times: does it ever stop?")
        if own.turns <= MAX_TURNS:
            return False
        if self.look_outside().at_work:
            own.turns -= TURNS_TO_HEAR
            return True
        raise TooMuch(
            f"the loop turned {MAX_TURNS:,} times and no time passed: "
            "something polls, or never stops"
        )

    def has_ready(self) -> bool:
        """Whether something is to be run at once; a thread may have seen to it."""
        return bool(self._ready)  # type: ignore[attr-defined]  # asyncio has no public name for it

    def reset_turns(self) -> None:
        """Count the turns from 0 again, for another program."""
        self._own.turns = self._own.turns_in_all = 0
        self._own.over = None

    def reset(self, as_new: dict[str, Any]) -> bool:
        """Forget the timers, calls and tickets that the last program has left.

        Args:
            as_new: the loop's attributes when it was new.

        Returns:
            Whether the next program finds it new. If not, the last one has left more: a task
            factory, a reader or a thread, for example.
        """
        loop: Any = self  # asyncio has no public names for what it keeps
        for left in (loop._ready, loop._scheduled, self._own.tickets):
            left.clear()
        self.reset_turns()
        self._own.standing = None
        self._clock_resolution, loop._timer_cancelled_count = RESOLUTION, 0
        return (
            vars(self) == as_new
            and not loop._asyncgens
            and not loop._selector.may_have_news()
            and self.look_outside() is NOTHING
        )

    def _run_once(self) -> None:
        """As asyncio's; where tasks are all there is, it looks for nothing else."""
        loop: Any = self  # asyncio has no public names for what it keeps
        own, ready = self._own, loop._ready
        shuffle, outside = own.world.shuffle, Outside.current or own.outside
        if shuffle is not None:
            _shuffle(ready, shuffle)
        if (  # written out, as each turn asks it
            loop._scheduled
            or loop._debug
            or loop._stopping
            or loop._signal_handlers
            or len(loop._selector.registered) > 1
            or loop._thread_id != own.home
            or own.over is not None
            or own.processes
            or own.calls
            or outside.threads
        ):
            super()._run_once()  # type: ignore[misc]  # asyncio's own, not in its stubs
            return
        if ready:
            self.turn()
        else:
            self.idle(NOTHING)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def idle(self, outside: Sight) -> bool:
        """Let the world move the clock: no task can run.

        Args:
            outside: what threads and subprocesses are at.

        Returns:
            Whether it did; if not, only a thread can still wake the loop.

        Raises:
            Deadlock: nothing will ever happen.
            TooMuch: nothing has happened outside for longer than anybody waits.
        """
        own, world = self._own, self._own.world
        before = world.now
        done = world.advance(self.next_deadline())
        if done is None:
            if outside.may_act:
                return False
            if outside.given_up:
                raise TooMuch(
                    f"every task waits for a thread or a subprocess that took more than "
                    f"{PATIENCE:g} s of real time"
                )
            raise Deadlock("Every task waits, and nothing can wake one.")
        now = world.now
        own.standing = None
        if now > before:
            own.turns = 0
            # A timer is due within this much of now: never less than a float can tell apart.
            self._clock_resolution = max(RESOLUTION, math.ulp(now))
        for ticket, answer in done:
            future = own.tickets.pop(ticket, None)
            if future is not None and not future.done():
                future.set_result(answer)
        return True


class _Selector(selectors.DefaultSelector):
    """Where a loop waits; instead of waiting, this one lets virtual time pass."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop
        # What get_map() is a slow view of.
        self.registered: dict[int, Any] = self._fd_to_key  # type: ignore[attr-defined]  # the selector's own table, not in its stubs

    def select(self, timeout: float | None = None) -> Any:
        loop = self._loop
        if threading.get_ident() != loop._own.home:
            return super().select(timeout)
        if loop._own.over is not None:
            raise loop._own.over
        if timeout is not None and timeout <= 0:
            if loop.turn():
                return super().select(LOOK)
            return super().select(0) if self.may_have_news() else []
        ready = super().select(0) if self.may_have_news() else []
        if ready or loop.has_ready():
            return ready
        outside = loop.look_outside()
        if outside.at_work:
            return self._wait_for_outside(outside)
        # What ended meanwhile has told the loop before it ended.
        if loop.has_ready():
            return []
        if len(self.registered) > 1 and (ready := super().select(GRACE)):
            return ready
        return [] if loop.idle(outside) else super().select(LOOK)

    def may_have_news(self) -> bool:
        """Whether anything but the loop's own threads can make it ready."""
        loop: Any = self._loop
        return len(self.registered) > 1 or bool(loop._signal_handlers)

    def _wait_for_outside(self, outside: Sight) -> Any:
        """Let real time pass, until there is news or a timer is due in real time as well."""
        loop = self._loop
        if loop._own.standing is None:
            loop._own.standing = RealTime()
        left, deadline = LOOK, loop.next_deadline()
        if deadline is not None:
            left = loop._own.standing.left(deadline - loop.time())
            if not left:
                loop.idle(outside)
                return []
        # Not longer: a thread that begins to wait for the loop does not tell.
        return super().select(min(left, LOOK))


def _shuffle(ready: Any, choose: Callable[[int], int]) -> None:
    """Put handles into an order that is chosen, one after the other."""
    waiting = list(ready)
    ready.clear()
    while len(waiting) > 1:
        ready.append(waiting.pop(choose(len(waiting))))
    ready.extend(waiting)
