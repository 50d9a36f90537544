"""Python's ways to ask for the time, each on a clock that is given.

`time.time` and its siblings are functions of a module; `datetime.now` and its siblings are
methods of types that are written in C. `looplab.virtual.clock` puts what is here in their place.

Caveats: `time.process_time` and `time.thread_time` stay real, and so do their clocks: they count
what the processor did. `uuid.uuid1` asks the system in C, and the times of files are the system's:
both stay real. What Python's own modules make of `time.time` follows it: the times of `logging`
and `email.utils`, for example. Those that took a name for a clock when they were imported keep
the real one, for they really wait: `sched`, `threading` and `queue`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Protocol

EPOCH = 1_700_000_000.0
"""What `time.time()` says when a run starts, in seconds: the same for every run."""


class _Now(Protocol):
    @property
    def now(self) -> float:
        """Seconds since the start of the run."""


def functions(world: _Now, here: Callable[[], bool]) -> dict[str, Callable[..., Any]]:
    """Return what the `time` module's functions are to be, by name.

    Args:
        world: says what time it is.
        here: whether the caller's time is the world's; if not, Python's own functions answer.
    """
    fakes: dict[str, Callable[..., Any]] = {
        "time": lambda: EPOCH + world.now,
        "time_ns": lambda: round((EPOCH + world.now) * 10**9),
        "monotonic": lambda: world.now,
        "monotonic_ns": lambda: round(world.now * 10**9),
        "perf_counter": lambda: world.now,
        "perf_counter_ns": lambda: round(world.now * 10**9),
    }
    for name, place in _PLACES.items():
        fakes[name] = _with_default(getattr(time, name), place, world, name in _BROKEN_DOWN)
    if hasattr(time, "clock_gettime"):  # not on Windows
        for name, suffix in (("clock_gettime", ""), ("clock_gettime_ns", "_ns")):
            wall, steady = fakes[f"time{suffix}"], fakes[f"monotonic{suffix}"]
            fakes[name] = _of_a_clock(getattr(time, name), wall, steady)
    return {name: _either(here, fake, getattr(time, name)) for name, fake in fakes.items()}


def _either(
    here: Callable[[], bool], fake: Callable[..., Any], real: Callable[..., Any]
) -> Callable[..., Any]:
    return lambda *args: (fake if here() else real)(*args)


# Where each of these takes a time; left out, it is now.
_PLACES = {"localtime": 0, "gmtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}

_BROKEN_DOWN = ("asctime", "strftime")
"""Those that take year, month and so on; the others take seconds, or None for now."""


def _with_default(
    real: Callable[..., Any], place: int, world: _Now, broken_down: bool
) -> Callable[..., Any]:
    localtime = time.localtime

    def ask(*args: Any) -> Any:
        if len(args) == place or (not broken_down and args == (None,)):
            now = EPOCH + world.now
            args = (*args[:place], localtime(now) if broken_down else now)
        return real(*args)

    return ask


def _numbers(names: Iterable[str]) -> frozenset[int]:
    return frozenset(getattr(time, name) for name in names if hasattr(time, name))


_OF_THE_WALL = _numbers(("CLOCK_REALTIME", "CLOCK_TAI"))
_OF_THE_PROCESSOR = _numbers(("CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID", "CLOCK_PROF"))
_STEADY = _numbers(name for name in vars(time) if name.startswith("CLOCK_")) - (
    _OF_THE_WALL | _OF_THE_PROCESSOR
)


def _of_a_clock(
    real: Callable[..., Any], wall: Callable[[], Any], steady: Callable[[], Any]
) -> Callable[..., Any]:
    """Return `clock_gettime`, or its sibling in nanoseconds."""

    def ask(*args: Any) -> Any:
        number = args[0] if len(args) == 1 and type(args[0]) is int else None
        if number in _OF_THE_WALL:
            return wall()
        return steady() if number in _STEADY else real(*args)

    return ask


def methods(world: _Now, here: Callable[[], bool]) -> dict[type, dict[str, Any]]:
    """Return what the methods of `date` and `datetime` are to be that tell what time it is.

    Args:
        world: says what time it is.
        here: as for `functions`.
    """

    def today(real: Any, cls: type[date]) -> date:
        return cls.fromtimestamp(EPOCH + world.now) if here() else real()

    def now(real: Any, cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        return cls.fromtimestamp(EPOCH + world.now, tz) if here() else real(tz)

    def utcnow(real: Any, cls: type[datetime]) -> datetime:
        told: datetime = real()  # also where nobody reads it: from 3.12 on it warns
        return now(real, cls, UTC).replace(tzinfo=None) if here() else told

    fakes: dict[str, Callable[..., Any]] = {"today": today, "now": now, "utcnow": utcnow}
    return {
        kind: {
            name: _class_method(name, fake, vars(kind)[name])
            for name, fake in fakes.items()
            if name in vars(kind)
        }
        for kind in (date, datetime)
    }


def _class_method(name: str, fake: Callable[..., Any], real: Any) -> Any:
    """Return a class method of a type that is given what the type's own does for that class."""

    def method(cls: type, *args: Any, **kwargs: Any) -> Any:
        return fake(real.__get__(None, cls), cls, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    return classmethod(method)
