"""Asyncio's loops are replaced for a while by others: whoever asks for a new one gets another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

_REAL_TIME = SimpleNamespace(**vars(time))


@contextmanager
def loops_replaced(make: Callable[[], asyncio.AbstractEventLoop | None]) -> Iterator[None]:
    """Let asyncio make other event loops: `run`, `Runner`, `new_event_loop`, `get_event_loop`.

    Args:
        make: makes one; None where the calling thread is to have a usual one.
    """
    # All of them ask the policy, and so does a `new_event_loop` that was imported by name.
    events: Any = asyncio.events
    # From 3.14 on the public function warns: policies are to go (gh-127949).
    find = getattr(events, "_get_event_loop_policy", None) or events.get_event_loop_policy
    policy: Any = next(each for each in type(find()).__mro__ if "new_event_loop" in vars(each))
    base: Any = asyncio.base_events
    usual_loop, usual_clock = policy.new_event_loop, base.time

    def new_event_loop(self: Any) -> asyncio.AbstractEventLoop:
        return make() or usual_loop(self)

    policy.new_event_loop = new_event_loop
    # A usual loop waits in real time, and must not read a clock that stands still meanwhile.
    # Its module gets another `time`: on 3.13 a class that has changed 1,000 times is slow for ever.
    base.time = _REAL_TIME
    try:
        yield
    finally:
        policy.new_event_loop, base.time = usual_loop, usual_clock
