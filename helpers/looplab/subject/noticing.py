"""What in a student's process smells of tampering: told to the examiner, for a human to look at.

Two things are noticed, and neither is punished by a machine:

- what Python tells an audit hook (PEP 578), which nothing removes: frames looked into, the
  garbage collector asked for objects, a trace function, ctypes, files written or read where
  a student's code has no business, signals to other processes;
- what the code has put in the place of a function of asyncio's, time's, builtins' or looplab's,
  also where it puts it back before its run ends (`looplab.subject.sealing`).

A text that stands in no cell, and that the code has run or imported, is handed to the examiner,
which reads it as it reads the cells.

An answer that does none of this gives no notice. An answer that gives one may still be honest,
so a notice earns and costs nothing.

Caveat: this runs in the process that it watches. What Python audits is told before it happens;
who replaces this module's own functions first may hide what follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import operator
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from looplab.recorder.asking import ENDED
from looplab.recorder.waiting import is_program
from looplab.subject.audited import judge_of
from looplab.subject.protocol import REPLACES, SETS_LOOP
from looplab.subject.sealing import (
    METHODS,
    MODULE,
    is_ours,
    is_replaced,
    seal,
    seal_loops,
)
from looplab.subject.watched import HELPERS, originals
from looplab.virtual.loop import VirtualLoop, attributes_of

_running_loop = asyncio._get_running_loop

CELL = "<cell "
"""How the file name of a cell's code begins."""


def cell_filename(number: int) -> str:
    """Return the file name of the code of a notebook's cell.

    >>> cell_filename(3)
    '<cell 3>'
    """
    return f"{CELL}{number}>"


_MAKE_TIMERS = {"call_at", "call_later", "call_soon", "create_future", "time"}
"""Methods of loops by which a program waits."""


_Known = tuple[Sequence[str], Sequence[Mapping[str, Any]], Sequence[str], Sequence[Any]]
"""What a program should find as it is: the owners, namespaces, names and values, in columns."""


class Noticing:
    """Notices what a student's code does, once each.

    Args:
        tell: told of each notice, in a few words that continue "the code ...".

    Attributes:
        observing: whether a program is observed, and not a cell run: what a cell replaces counts
            only where it is not put back.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()
        self._looking: set[int] = set()
        self._originals = known = originals()
        # By now some are ours, as `asyncio.run` is.
        values = [space[name] for space, name in zip(known.spaces, known.names, strict=True)]
        self._all: _Known = known.owners, known.spaces, known.names, values
        ours = filter(_is_of_who_tells, zip(*self._all, strict=True))
        self._ours: Any = tuple(zip(*ours, strict=True))
        self._loops = [
            (vars(kind), name, vars(kind)[name])
            for kind in VirtualLoop.__mro__
            for name in sorted(_MAKE_TIMERS & vars(kind).keys())
        ]
        self._process = _getpid()
        self._set_in_cells: set[tuple[ModuleType, str]] = set()
        self.observing = False

    def listen(self) -> None:
        """Hear what Python audits from now on, for as long as the process lives."""
        seal([*self._originals.modules.values(), *HELPERS])
        seal_loops()
        sys.addaudithook(self._hear)

    def compare(self) -> None:
        """Tell what has been replaced since this object was made."""
        known = self._originals
        for name, module in known.modules.items():
            if sys.modules.get(name) is not module:
                self._notice(f"{REPLACES} {name}")
        for module, name in self._set_in_cells:
            if is_replaced(module, name):
                self._notice(f"{REPLACES} {module.__name__}.{name}")
        self._tell_of(self._all)

    def _tell_of(self, known: _Known) -> None:
        """Tell what of these is replaced."""
        _, spaces, keys, values = known
        with contextlib.suppress(KeyError):  # one is no longer there
            # In C: these are some thousand names.
            if _all(_map(_is, _map(_of, spaces, keys), values)):
                return
        for owner, space, name, value in zip(*known, strict=True):
            now = space.get(name)
            if now is not value and not is_ours(now):
                self._notice(f"{REPLACES} {owner}.{name}")

    def glance(self) -> None:
        """Tell what of loops is replaced just now, while time is about to pass."""
        loop = _running_loop()
        of_loop = {} if loop is None else attributes_of(loop)
        if not METHODS.isdisjoint(of_loop):
            bent = [value for name, value in of_loop.items() if name in METHODS]
            if not all(map(is_ours, bent)):
                self._notice(SETS_LOOP)
        for names, name, value in self._loops:
            if names.get(name) is not value and not is_ours(names.get(name)):
                self._notice(SETS_LOOP)

    def _notice(self, words: str) -> None:
        if words not in self._told and _getpid() == self._process:
            # In this order: where it cannot be told, deep in a recursion, it is told next time.
            self._tell(words)
            self._told.add(words)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == ENDED:
            # Of looplab's classes, what is replaced for a moment: who tells of the program.
            self._tell_of(self._ours)
            return
        judge = judge_of(event)
        thread = threading.get_ident()
        looking = thread in self._looking
        # To look at who called is audited too.
        if judge is None or (looking and event == "sys._getframe"):
            return
        frame = None
        if looking:
            frame = sys._getframe(1)
            # A program may have put code of its own in the way of who looks.
            if not is_program(frame.f_code.co_filename):
                return
        self._looking.add(thread)
        try:
            words = judge(frame or sys._getframe(1), args)
        finally:
            if not looking:
                self._looking.discard(thread)
        if words and (event != MODULE or self.observing):
            self._notice(words)
        elif words and args[0] in HELPERS:  # all others are compared
            self._set_in_cells.add(args)


def _is_of_who_tells(entry: tuple[str, Any, str, Any]) -> bool:
    """Whether this is of a class by which it is told what a program did."""
    return entry[0].startswith(_TELL) and entry[0] not in originals().modules


_TELL = ("looplab.observer", "looplab.recorder", "looplab.runs", "looplab.subject")
_getpid = os.getpid
_all, _map, _is, _of = all, map, operator.is_, operator.getitem  # as they are now
