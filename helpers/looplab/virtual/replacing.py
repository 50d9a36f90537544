"""What a program finds in Python is replaced for a while: functions, and asyncio's loops.

`from time import sleep` gives a module a name of its own for what `time.sleep` was then.
Whoever replaces `time.sleep` must replace those as well, in each of the student's modules.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import is_
from types import ModuleType, SimpleNamespace
from typing import Any

from looplab.recorder.waiting import is_of_student

_REAL_TIME = SimpleNamespace(**vars(time))


@contextmanager
def replaced(
    module: ModuleType, functions: Mapping[str, Callable[..., Any]], names: dict[str, Any]
) -> Iterator[None]:
    """Replace functions of `module` in the with block, and put them back after it.

    A module of the student's that is imported in the block gets the replacements by name;
    they are put back there too.

    Args:
        module: where the functions are.
        functions: what to put there, by name.
        names: a program's global names; it need not be in a module.
    """
    old = {name: getattr(module, name) for name in functions}
    for name, function in functions.items():
        # What goes to another process goes by this name, and is the real one there.
        function.__module__, function.__qualname__ = module.__name__, name
        setattr(module, name, function)
    spaces = _spaces(names)
    _replace_by_name(spaces, {id(old[name]): function for name, function in functions.items()})
    known = len(sys.modules)
    try:
        yield
    finally:
        for name, function in old.items():
            setattr(module, name, function)
        if len(sys.modules) != known:
            spaces = _spaces(names)
        _replace_by_name(spaces, {id(functions[name]): old[name] for name in functions})


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


def _spaces(names: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the global names of a program, and those of each of the student's modules."""
    spaces = {id(names): names}
    for module in _students.among(list(sys.modules.values())):
        spaces[id(vars(module))] = vars(module)
    return list(spaces.values())


class _Students:
    """Which of the modules are the student's; they are looked through once, not at each run."""

    def __init__(self) -> None:
        self._modules: list[Any] = []
        self._students: list[Any] = []

    def among(self, modules: list[Any]) -> list[Any]:
        """Return the student's."""
        # By identity: anything may stand among the modules, and be equal to what it likes.
        same = len(modules) == len(self._modules) and all(map(is_, modules, self._modules))
        if not same:
            files = [getattr(module, "__dict__", {}).get("__file__") for module in modules]
            pairs = zip(modules, files, strict=True)
            self._modules = modules
            self._students = [module for module, file in pairs if is_of_student(file)]
        return self._students


_students = _Students()


def _replace_by_name(spaces: list[dict[str, Any]], new: Mapping[int, Any]) -> None:
    """Put what is in `new`, by the identity of what it replaces, wherever it has a name."""
    for space in spaces:
        if new.keys().isdisjoint(map(id, space.values())):
            continue
        for name, value in list(space.items()):
            if id(value) in new:
                space[name] = new[id(value)]
