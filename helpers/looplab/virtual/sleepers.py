"""Threads that sleep in C code: whether the system has woken them, and the bare ones among them.

A thread that waits in C code, in `os.read` or `SimpleQueue.get` for example, shows on its stack
where it waits, and not whether it still does: what it waits for may be there, and the
interpreter's lock not be free for it. Linux counts how often each thread has been woken.

Caveats: elsewhere the system does not tell. Who stands in `SimpleQueue.get`, and finds nothing
there, counts as asleep then; an older thread that waits in other C code is not seen.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


class BareThread:
    """A thread that `_thread` has started: of `threading.Thread` as much as is asked of one.

    Args:
        ident: of one that runs already, and that nobody will say of when it has ended.
    """

    def __init__(self, ident: int | None = None) -> None:
        self.ident = ident
        self.native_id: int | None = None
        self._ended = ident is not None

    def is_alive(self) -> bool:
        """Return whether it may be there although it has no stack: it begins or ends just now."""
        return not self._ended

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call the function, in the thread."""
        self.ident, self.native_id = threading.get_ident(), threading.get_native_id()
        _bare[self.ident] = self
        try:
            function(*args, **kwargs)
        finally:
            del _bare[self.ident]
            self._ended = True


AnyThread = threading.Thread | BareThread

_bare: dict[int, BareThread] = {}


def thread_of(ident: int) -> AnyThread:
    """Return the running thread of that ident."""
    threads: dict[int, threading.Thread] = threading._active  # type: ignore[attr-defined]  # by ident
    return threads.get(ident) or _bare.get(ident) or BareThread(ident)


RUNS = "runs"
"""What `wakings` says of a thread that runs right now, or would if a processor were free."""

_TASKS = Path("/proc/self/task")


def wakings(thread: AnyThread) -> str | None:
    """Return what changes each time that a thread is woken; None where the system does not tell.

    Whoever waits for the interpreter's lock has been woken before.
    """
    try:
        if thread.native_id is not None:
            return _wakings_of(str(thread.native_id))
        # One of those that nobody knows: if any of them was woken, it may have been this one.
        mine: list[AnyThread] = [*threading.enumerate(), *_bare.values()]
        known = {str(each.native_id) for each in mine}
        told = [_wakings_of(each.name) for each in _TASKS.iterdir() if each.name not in known]
    except OSError:  # not Linux, or a thread has just ended
        return None
    return RUNS if RUNS in told else str(sorted(told))


def _wakings_of(task: str) -> str:
    status = (_TASKS / task / "status").read_text(encoding="utf-8")
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    sleeps = facts["State"].startswith("S")
    return f"{task}: {facts['voluntary_ctxt_switches']}" if sleeps else RUNS


_get_item: Any = queue.SimpleQueue.get


def get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
    """As `SimpleQueue.get`, which is written in C: whoever waits in it can be seen waiting."""
    # No other thread can come in between the queue's giving an item and the list's having it.
    got: list[Any] = []
    got.extend(map(_get_item, (self,), (block,), (timeout,)))
    return got[0]


VISIBLE_WAITS: dict[type, dict[str, Any]] = {queue.SimpleQueue: {"get": get}}
"""What the methods of these types are to be that wait in C code."""
