"""What a program finds in Python is replaced for a while: functions, and methods of closed types.

`from time import sleep` gives a module a name of its own for what `time.sleep` was then.
Whoever replaces `time.sleep` must replace those as well, in each of the student's modules.

`datetime.now` belongs to a type that is written in C, and Python lets nobody set an attribute
of one. A subclass in its place would be another type: no date would be an instance of both, and
none could be pickled. So its method is replaced where the type keeps it. The interpreter must be
told of that, for it remembers what it has looked up: of a type's attributes it is told whenever
its `__abstractmethods__` are set, and that one attribute can be set on each type.

Caveats: a default argument, or a name for a bound method (`now = datetime.now`), that was made
before the block keeps what it had.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import is_
from types import ModuleType
from typing import Any

from looplab.recorder.waiting import is_of_student


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
        put(module, name, function)
    spaces = _spaces(names)
    _replace_by_name(spaces, {id(old[name]): function for name, function in functions.items()})
    known = len(sys.modules)
    try:
        yield
    finally:
        for name, function in old.items():
            put(module, name, function)
        if len(sys.modules) != known:
            spaces = _spaces(names)
        _replace_by_name(spaces, {id(functions[name]): old[name] for name in functions})


def put(owner: Any, name: str, value: Any) -> None:
    """Set an attribute of a module or a class; a module is not to tell of it (see `sealing`)."""
    if isinstance(owner, ModuleType):
        _set_in_module(owner, name, value)
    else:
        setattr(owner, name, value)


_set_in_module: Callable[[ModuleType, str, Any], None] = ModuleType.__setattr__


@contextmanager
def methods_replaced(methods: Mapping[type, Mapping[str, Any]]) -> Iterator[None]:
    """Replace methods of types that are written in C in the with block, and put them back.

    Args:
        methods: what each type is to have, by name: functions, or class methods. It has a
            method of each of these names of its own.
    """
    before = {kind: {name: vars(kind)[name] for name in new} for kind, new in methods.items()}
    for kind, new in methods.items():
        _set_methods(kind, new)
    try:
        yield
    finally:
        for kind, old in before.items():
            _set_methods(kind, old)


@functools.cache
def attributes_of(kind: type) -> dict[str, Any]:
    """Return where a type keeps its attributes; it is asked for once, and before a program runs.

    Who asks the garbage collector for objects is noticed where programs are not trusted.
    """
    # What a type shows of its attributes is a view, and what the view refers to is theirs.
    (attributes,) = gc.get_referents(vars(kind))
    return attributes  # type: ignore[no-any-return]


_ABSTRACT: Any = vars(type)["__abstractmethods__"]


def _set_methods(kind: type, methods: Mapping[str, Any]) -> None:
    attributes_of(kind).update(methods)
    _ABSTRACT.__set__(kind, ())
    _ABSTRACT.__delete__(kind)


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
