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
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

from looplab.waiting import HERE, is_program

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
        self._known = list(_watched())
        self._process = os.getpid()

    def listen(self) -> None:
        """Hear what Python audits from now on, for as long as the process lives."""
        sys.addaudithook(self._hear)

    def compare(self) -> None:
        """Tell what has been replaced since this object was made."""
        for owner, name, value in self._known:
            now = vars(owner).get(name)
            if now is not value and not _is_ours(now):
                self._notice(f"replaces {_name_of(owner)}.{name}")

    def _notice(self, words: str) -> None:
        if words not in self._told and os.getpid() == self._process:
            self._told.add(words)
            self._tell(words)

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


# ---- what Python audits ----

_Judge = Callable[[FrameType, tuple[Any, ...]], str | None]


def _is_students(frame: FrameType | None) -> bool:
    return frame is not None and frame.f_code.co_filename.startswith(CELL)


def _on_behalf_of_student(frame: FrameType | None) -> bool:
    """Whether the first frame that is not the standard library's is the student's."""
    while frame is not None and not is_program(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith(HERE):
            return False
        frame = frame.f_back
    return _is_students(frame)


def _says(words: str) -> _Judge:
    """Return a judge of what the standard library does for its own ends as well."""
    return lambda frame, _: words if _is_students(frame) else None


def _loads_ctypes(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    return "uses ctypes" if _on_behalf_of_student(frame) else None


def _reads_attribute(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    found = args[1] == "tb_frame" and _is_students(frame)
    return "looks into the frames of its callers" if found else None


def _sets_attribute(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    found = args[1] in ("__code__", "__class__", "__bases__") and _is_students(frame)
    return f"sets {args[1]} of a {type(args[0]).__name__}"[:80] if found else None


def _opens(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    path, _, flags = args
    if not isinstance(path, str | bytes) or not isinstance(flags, int):
        return None
    name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  # as it is written, no link followed
    writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes and not name.startswith(_MAY_WRITE):
        words = "writes outside its temporary folder"
    elif name.startswith("/proc"):
        words = "reads /proc"
    else:
        return None
    return words if _on_behalf_of_student(frame) else None


_MAY_WRITE = (tempfile.gettempdir(), "/tmp", "/dev/shm", "/dev/null", "/dev/tty")


def _signals(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    found = args[0] != os.getpid() and _is_students(frame)
    return "sends a signal to another process" if found else None


def _compiles(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    name = args[1]
    found = isinstance(name, str) and name.startswith(HERE) and _is_students(frame)
    return "names its code after a file of looplab" if found else None


_FRAMES = "looks into the frames of its callers"
_OBJECTS = "asks the garbage collector for objects that are not its own"
_TRACES = "sets a trace function"

_EVENTS: dict[str, _Judge] = {
    "sys._getframe": _says(_FRAMES),
    "sys._current_frames": _says(_FRAMES),
    "sys._current_exceptions": _says(_FRAMES),
    "gc.get_objects": _says(_OBJECTS),
    "gc.get_referrers": _says(_OBJECTS),
    "gc.get_referents": _says(_OBJECTS),
    "sys.settrace": _says(_TRACES),
    "sys.setprofile": _says(_TRACES),
    "sys.monitoring.register_callback": _says(_TRACES),
    "sys.addaudithook": _says("sets an audit hook"),
    "object.__getattr__": _reads_attribute,
    "object.__setattr__": _sets_attribute,
    "open": _opens,
    "os.kill": _signals,
    "os.killpg": _signals,
    "compile": _compiles,
}


# ---- what is replaced ----


def _watched() -> Iterator[tuple[Any, str, Any]]:
    """Yield what a program should find as it is: owner, name and value."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ("asyncio", "looplab") and isinstance(module, ModuleType)
    ]
    for module in (*modules, time, builtins):
        for name, value in list(vars(module).items()):
            if callable(value) or (name.isupper() and module not in (builtins, time)):
                yield module, name, value
            if isinstance(value, type) and value.__module__ == module.__name__ != "builtins":
                yield from _methods(value)


def _methods(cls: type) -> Iterator[tuple[Any, str, Any]]:
    for name, value in list(vars(cls).items()):
        if callable(value) or isinstance(value, property | classmethod | staticmethod):
            yield cls, name, value


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
