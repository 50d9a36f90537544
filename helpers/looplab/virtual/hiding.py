"""The running loop of a thread, hidden while another one runs in it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def hidden_loop() -> Iterator[None]:
    """Hide the running loop, and the current one, from this thread, so that another can run.

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
        with no_current_loop():
            yield
    finally:
        asyncio._set_running_loop(loop)
        sys.set_asyncgen_hooks(*hooks)
        if swap and sys.version_info >= (3, 14):
            swap(loop, task)


@contextlib.contextmanager
def no_current_loop() -> Iterator[dict[str, Any]]:
    """Let this thread have no current event loop, and yield where a program sets one."""
    current = current_loops()
    before = dict(current)
    current.clear()
    try:
        yield current
    finally:
        current.clear()
        current.update(before)


def current_loops() -> dict[str, Any]:
    """Return where asyncio keeps this thread's current loop, under `_loop` where one was set.

    Unlike `asyncio.get_event_loop` it makes none, and warns of nothing.
    """
    events: Any = asyncio.events
    # From 3.14 on the public function warns: policies are to go (gh-127949).
    find = getattr(events, "_get_event_loop_policy", None) or events.get_event_loop_policy
    local = getattr(find(), "_local", None)
    return {} if local is None else vars(local)
