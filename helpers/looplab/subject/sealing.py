"""Who changes a module of asyncio's, or a loop, is told of, also where it is put back at once.

Neither modules nor loops tell an audit hook when an attribute of theirs is set. Here they do
(PEP 578), and hooks are what nothing removes. What `vars` gives of a module or a loop is a copy.

    looplab.module   a module and the name of what is replaced in it
    looplab.loop     a loop and the name of the method that is hidden by an attribute
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from looplab.recorder.asking import audit
from looplab.recorder.waiting import HERE, is_of_test
from looplab.virtual.loop import VirtualLoop

MODULE, LOOP = "looplab.module", "looplab.loop"

_names: Any = vars(ModuleType)["__dict__"].__get__


def names_of(owner: Any) -> Mapping[str, Any]:
    """Return what a module or a class has, by name, and not a copy of it."""
    found: Mapping[str, Any] = _names(owner) if isinstance(owner, ModuleType) else vars(owner)
    return found


def is_ours(value: object) -> bool:
    """Whether it is a function or class of looplab's, or of a test's: they replace some too."""
    if isinstance(value, FunctionType):
        file = value.__code__.co_filename
        return file.startswith(HERE) or is_of_test(file)
    if not isinstance(value, type):
        return False
    # A class may say that it is of any module: that one must have had it, or its methods are ours.
    module = str(value.__module__)
    if module.startswith("looplab") and _as_new.get(module, {}).get(value.__name__) is value:
        return True
    functions = [each for each in vars(value).values() if isinstance(each, FunctionType)]
    return bool(functions) and all(map(is_ours, functions))


_as_new: dict[str, dict[str, Any]] = {}
"""What each module had when it was sealed, by its name."""


class _Sealed(ModuleType):
    """A module that tells who replaces what it has."""

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # a copy for whoever asks
        return dict(_names(self))

    def __setattr__(self, name: str, value: object) -> None:
        known = _as_new.get(self.__name__, _names(self))
        if name in known and value is not known[name] and not is_ours(value):
            audit(MODULE, self, name)
        super().__setattr__(name, value)


_Sealed.__name__ = _Sealed.__qualname__ = "module"


def is_replaced(module: ModuleType, name: str) -> bool:
    """Whether a sealed module has something else by a name than when it was sealed."""
    now = names_of(module).get(name)
    return now is not _as_new[module.__name__].get(name) and not is_ours(now)


def seal(modules: Iterable[ModuleType]) -> None:
    """Let these modules tell who replaces what they have, for as long as the process lives."""
    for module in modules:
        _as_new[module.__name__] = dict(names_of(module))
        module.__class__ = _Sealed


METHODS = frozenset(name for name in dir(asyncio.BaseEventLoop) if name[0] != "_")
"""The methods of a loop by which programs, and asyncio itself, use it."""


def seal_loops() -> None:
    """Let virtual loops tell who hides a method of theirs; none can be copied, as others cannot."""

    def __setattr__(self: VirtualLoop, name: str, value: object) -> None:
        if name in METHODS:
            audit(LOOP, self, name)
        object.__setattr__(self, name, value)

    VirtualLoop.__setattr__ = __setattr__  # type: ignore[assignment]  # only where nobody is trusted

    def __reduce_ex__(*_: object) -> Any:
        raise TypeError("cannot pickle a loop")

    VirtualLoop.__reduce_ex__ = __reduce_ex__  # type: ignore[method-assign]  # here, too
