"""What in a student's process smells of tampering: told to the examiner, for a human to look at.

Two things are noticed, and neither is punished by a machine:

- what Python tells an audit hook (PEP 578), which nothing removes: frames looked into, the
  garbage collector asked for objects, a trace function, ctypes, files written or read where
  a student's code has no business, signals to other processes;
- what the code has put in the place of a function of asyncio's, time's, builtins' or looplab's.

An answer that does none of this gives no notice. An answer that gives one may still be honest,
so a notice earns and costs nothing.

Caveat: this runs in the process that it watches. What Python audits is told before it happens;
who replaces this module's own functions first may hide what follows.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import operator
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import FrameType, MappingProxyType, ModuleType
from typing import Any

from looplab.recorder.generators import CALLS_NOTHING, opcode_at
from looplab.recorder.waiting import HERE, is_program
from looplab.subject.protocol import (
    CTYPES,
    FRAMES,
    HOOKS,
    NAMES,
    OBJECTS,
    PROC,
    REPLACES,
    SETS,
    SIGNALS,
    TRACES,
    WRITES,
)

CELL = "<cell "
"""How the file name of a cell's code begins."""


def cell_filename(number: int) -> str:
    """Return the file name of the code of a notebook's cell.

    >>> cell_filename(3)
    '<cell 3>'
    """
    return f"{CELL}{number}>"


class Noticing:
    """Notices what a student's code does, once each.

    Args:
        tell: told of each notice, in a few words that continue "the code ...".
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()
        self._looking: set[int] = set()
        # By now some are ours, as `asyncio.run` is.
        self._values = [space[name] for space, name in zip(*watched()[1:], strict=True)]
        self._process = os.getpid()

    def listen(self) -> None:
        """Hear what Python audits from now on, for as long as the process lives."""
        sys.addaudithook(self._hear)

    def compare(self) -> None:
        """Tell what has been replaced since this object was made."""
        owners, spaces, names = watched()
        with contextlib.suppress(KeyError):  # one is no longer there
            # After each request, so in C: these are some thousand names.
            if _all(_map(_is, _map(_of, spaces, names), self._values)):
                return
        for owner, name, value in zip(owners, names, self._values, strict=True):
            now = vars(owner).get(name)
            if now is not value and not _is_ours(now):
                self._notice(f"{REPLACES} {_name_of(owner)}.{name}")

    def _notice(self, words: str) -> None:
        if words not in self._told and os.getpid() == self._process:
            # In this order: where it cannot be told, deep in a recursion, it is told next time.
            self._tell(words)
            self._told.add(words)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        judge = _EVENTS.get(event) or (_loads_ctypes if event.startswith("ctypes.") else None)
        thread = threading.get_ident()
        if judge is None or thread in self._looking:
            return
        # To look at who called is audited too.
        self._looking.add(thread)
        try:
            words = judge(sys._getframe(1), args)
        finally:
            self._looking.discard(thread)
        if words:
            self._notice(words)


_all, _map, _is, _of = all, map, operator.is_, operator.getitem  # as they are now


# ---- what Python audits ----

_Judge = Callable[[FrameType, tuple[Any, ...]], str | None]


def _is_students(frame: FrameType | None) -> bool:
    return frame is not None and is_program(frame.f_code.co_filename)


def _on_behalf_of_student(frame: FrameType | None) -> bool:
    """Whether the first frame that is not the standard library's is the student's.

    Where there is none, a thread calls what it was given.
    """
    while frame is not None and not is_program(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith(HERE):
            return False
        frame = frame.f_back
    return True


def _asks(words: str) -> _Judge:
    """Return a judge of what the standard library never does for its own ends."""
    return lambda frame, _: words if _on_behalf_of_student(frame) else None


def _loads_ctypes(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    caller: FrameType | None = frame
    while caller is not None and _PARTS_OF_CTYPES.search(caller.f_code.co_filename):
        caller = caller.f_back
    # multiprocessing, for one, uses it for its own ends.
    return CTYPES if caller is None or _is_students(caller) else None


_PARTS_OF_CTYPES = re.compile(r"[/\\]ctypes[/\\]|^<frozen importlib")


def _traces(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    # Python itself takes away a trace of ours that raises, as any does deep in a recursion.
    # At the others a generator goes on: who calls settrace there is seen in the text.
    at = opcode_at(frame.f_code, frame.f_lasti)
    if at in CALLS_NOTHING or at in ("SEND", "FOR_ITER") or _is_in(frame, "doctest"):
        return None
    # cProfile has no function of the student's called; its `enable` is in C.
    if _is_in(frame, "cProfile") or "enable" in frame.f_code.co_names:
        return None
    return TRACES if _on_behalf_of_student(frame) else None


def _looks(frame: FrameType, name: str) -> str | None:
    """Judge who gets a frame by `name`: the standard library does so for its own ends, too."""
    code = frame.f_code
    if name not in code.co_names:  # it calls whatever it is given
        found = _on_behalf_of_student(frame)
    elif code.co_name not in _GIVE_FRAMES:
        found = _is_students(frame)
    elif _is_in(frame, "inspect"):
        found = _on_behalf_of_student(frame)
    else:
        found = _is_students(frame) or _is_students(frame.f_back)
    return FRAMES if found else None


_GIVE_FRAMES = {"currentframe", "stack", "getinnerframes", "walk_stack", "walk_tb", "<lambda>"}
"""Functions of inspect, traceback and logging that return frames; logging has one as a lambda."""


def _is_in(frame: FrameType, module: str) -> bool:
    return frame.f_code.co_filename == getattr(sys.modules.get(module), "__file__", None)


def _gets_frame(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    return _looks(frame, "_getframe")


def _sets_attribute(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    owner, name = args[0], args[1]
    if name in ("__defaults__", "__kwdefaults__"):
        found = not is_program(owner.__code__.co_filename)
    elif name in ("__class__", "__bases__"):
        kind = owner if isinstance(owner, type) else type(owner)
        found = kind in _classes()
    else:
        found = name == "__code__"
    # `types.coroutine` does so for its own ends: it names what it sets.
    asked = _is_students(frame) or name not in frame.f_code.co_names
    if found and asked and _on_behalf_of_student(frame):
        return SETS
    return None


def _opens(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    path, _, flags = args
    if not isinstance(flags, int):
        return None
    writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    return _uses_path(frame, path, bool(writes))


def _uses_path(frame: FrameType, path: object, writes: bool) -> str | None:
    name = _absolute(path)
    if name is None:
        return None
    if writes and not _is_below(name, _MAY_WRITE):
        words = WRITES
    elif _is_below(name, ("/proc",)) and not (name in _OF_THE_MACHINE and not writes):
        words = PROC
    else:
        return None
    return words if _on_behalf_of_student(frame) else None


def _absolute(path: object) -> str | None:
    """Return a path as it is written, no link followed; a text of the student's own class, too."""
    if isinstance(path, bytes):
        path = bytes.decode(path, errors="replace")
    if not isinstance(path, str):
        return None
    plain = str.encode(path, errors="replace").decode(errors="replace")
    return os.path.abspath(plain)  # noqa: PTH100  # pathlib would follow links


def _is_below(name: str, folders: tuple[str, ...]) -> bool:
    return any(name == folder or name.startswith(f"{folder}/") for folder in folders)


_OF_THE_MACHINE = {f"/proc/{name}" for name in ("cpuinfo", "loadavg", "meminfo", "stat", "uptime")}
"""These tell of no process."""

_MAY_WRITE = (tempfile.gettempdir(), "/tmp", "/dev/shm", "/dev/null", "/dev/tty")


def _changes(*places: int) -> _Judge:
    """Return a judge of what changes the files that these of its arguments name."""

    def judge(frame: FrameType, args: tuple[Any, ...]) -> str | None:
        return next(filter(None, (_uses_path(frame, args[n], True) for n in places)), None)

    return judge


def _lists(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    return _uses_path(frame, args[0], False)


def _signals(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    found = args[0] != os.getpid() and _is_students(frame)
    return SIGNALS if found else None


def _compiles(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    return _names_code(frame, args[1])


def _runs(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    return _names_code(frame, args[0].co_filename)


def _names_code(frame: FrameType, name: object) -> str | None:
    found = isinstance(name, str) and (type(name) is not str or not is_program(name))
    return NAMES if found and _is_students(frame) else None


_EVENTS: Mapping[str, _Judge] = MappingProxyType(
    {
        "sys._getframe": _gets_frame,
        "sys._current_frames": _asks(FRAMES),
        "sys._current_exceptions": _asks(FRAMES),
        "gc.get_objects": _asks(OBJECTS),
        "gc.get_referrers": _asks(OBJECTS),
        "gc.get_referents": _asks(OBJECTS),
        "sys.settrace": _traces,
        "sys.setprofile": _traces,
        "sys.monitoring.register_callback": _traces,
        "sys.addaudithook": _asks(HOOKS),
        "object.__setattr__": _sets_attribute,
        "open": _opens,
        "os.listdir": _lists,
        "os.scandir": _lists,
        "os.mkdir": _changes(0),
        "os.rmdir": _changes(0),
        "os.remove": _changes(0),
        "os.truncate": _changes(0),
        "os.chmod": _changes(0),
        "os.rename": _changes(0, 1),
        "os.link": _changes(1),
        "os.symlink": _changes(1),
        "os.kill": _signals,
        "os.killpg": _signals,
        "compile": _compiles,
        "code.__new__": _compiles,
        "exec": _runs,
        "function.__new__": _runs,
    }
)


# ---- what is replaced ----


@functools.cache
def watched() -> tuple[tuple[Any, ...], tuple[Mapping[str, Any], ...], tuple[str, ...]]:
    """Return what a program should find as it is: owners, their namespaces, and the names there.

    To be called first before a line of the student's runs.
    """
    owners, names = zip(*_watched(), strict=True)
    _classes()  # as they are now
    return owners, tuple(map(vars, owners)), names


def _watched() -> Iterator[tuple[Any, str]]:
    """Yield the owner and the name of each."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ("asyncio", "looplab") and isinstance(module, ModuleType)
    ]
    for module in (*modules, time, builtins):
        for name, value in list(vars(module).items()):
            if callable(value) or (name.isupper() and module not in (builtins, time)):
                yield module, name
            if isinstance(value, type) and value.__module__ == module.__name__ != "builtins":
                yield from _methods(value)


@functools.cache
def _classes() -> frozenset[type]:
    """Return the classes whose methods are watched, and that of a module."""
    owners = {owner for owner, _ in _watched() if isinstance(owner, type)}
    return frozenset(owners | {ModuleType})


def _methods(cls: type) -> Iterator[tuple[Any, str]]:
    for name, value in list(vars(cls).items()):
        if callable(value) or isinstance(value, property | classmethod | staticmethod):
            yield cls, name


def _is_ours(value: object) -> bool:
    """Whether it is a function or class of looplab's, which replaces some of asyncio's."""
    code = getattr(value, "__code__", None)
    if code is not None:
        return bool(code.co_filename.startswith(HERE))
    return isinstance(value, type) and vars(value).get("__module__", "").startswith("looplab")


def _name_of(owner: Any) -> str:
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}"
    return str(owner.__name__)
