"""What Python tells an audit hook (PEP 578), and in which words that is told to the examiner."""

from __future__ import annotations

import _imp
import ast
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any

from looplab.recorder.asking import TASK
from looplab.recorder.generators import CALLS_NOTHING, opcode_at
from looplab.recorder.waiting import HERE, is_of_test, is_program
from looplab.subject import sealing
from looplab.subject.protocol import (
    BYTECODE,
    CTYPES,
    FRAMES,
    HOOKS,
    INTERPRETERS,
    NAMES,
    OBJECTS,
    PICKLES,
    PROC,
    REPLACES,
    RUNS,
    SETS,
    SETS_LOOP,
    SETS_TASK,
    SHADOWS,
    SIGNALS,
    TRACES,
    WRITES,
)
from looplab.subject.watched import MAY_BE_SET, classes

Judge = Callable[[FrameType, tuple[Any, ...]], str | None]
"""Given who did it and the event's arguments, returns a notice, where there is one to give."""


def _is_students(frame: FrameType | None) -> bool:
    return frame is not None and is_program(frame.f_code.co_filename)


def on_behalf_of_student(frame: FrameType | None) -> bool:
    """Whether the first frame that is not the standard library's is the student's.

    Where there is none, a thread calls what it was given.
    """
    while frame is not None and not is_program(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith(HERE) or is_of_test(frame.f_code.co_filename):
            return False
        frame = frame.f_back
    return True


def _asks(words: str) -> Judge:
    """Return a judge of what the standard library never does for its own ends."""
    return lambda frame, _: words if on_behalf_of_student(frame) else None


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
    # cProfile has no function of the student's called; its `enable` is in C. From 3.15 on it is
    # `profiling.tracing`.
    profiles = _is_in(frame, "cProfile") or _is_in(frame, "profiling.tracing")
    if profiles or "enable" in frame.f_code.co_names:
        return None
    return TRACES if on_behalf_of_student(frame) else None


def _looks(frame: FrameType, name: str) -> str | None:
    """Judge who gets a frame by `name`: the standard library does so for its own ends, too."""
    code = frame.f_code
    if name not in code.co_names:  # it calls whatever it is given
        found = on_behalf_of_student(frame)
    elif code.co_name not in _GIVE_FRAMES:
        found = _is_students(frame)
    elif _is_in(frame, "inspect"):
        found = on_behalf_of_student(frame)
    else:
        found = _is_students(frame) or _is_students(frame.f_back)
    return FRAMES if found else None


_GIVE_FRAMES = {"currentframe", "stack", "getinnerframes", "walk_stack", "walk_tb", "<lambda>"}
"""Functions of inspect, traceback and logging that return frames; logging has one as a lambda."""


def _is_in(frame: FrameType, module: str) -> bool:
    # Not what the module says of its file: anybody may set that.
    path = "/".join((_LIBRARY, *module.split(".")))
    return frame.f_code.co_filename in (f"{path}.py", f"{path}/__init__.py")


_LIBRARY = str(Path(os.__file__).parent)


def _gets_frame(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    return _looks(frame, "_getframe")


def _sets_attribute(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    owner, name = args[0], args[1]
    if name in ("__defaults__", "__kwdefaults__"):
        found = not is_program(owner.__code__.co_filename)
    elif name in ("__class__", "__bases__"):
        kind = owner if isinstance(owner, type) else type(owner)
        found = kind in classes()
    else:
        found = name == "__code__"
    # `types.coroutine` does so for its own ends: it names what it sets.
    if frame.f_code.co_filename == sealing.__file__ and frame.f_back is not None:
        frame = frame.f_back  # which sets what it was given to set
    asked = _is_students(frame) or name not in frame.f_code.co_names
    if found and asked and on_behalf_of_student(frame):
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
    return words if on_behalf_of_student(frame) else None


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


def _changes(*places: int) -> Judge:
    """Return a judge of what changes the files that these of its arguments name."""

    def judge(frame: FrameType, args: tuple[Any, ...]) -> str | None:
        return next(filter(None, (_uses_path(frame, args[n], True) for n in places)), None)

    return judge


def _lists(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    return _uses_path(frame, args[0], False)


def _finds(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    """Judge what a pickle asks for by its name, which stands in no text."""
    module, name = args
    inner = any(part.startswith("_") for part in str(name).split("."))
    found = (inner or name in _GIVE_LOOPS) and str(module).partition(".")[0] in _OURS
    return PICKLES if found and on_behalf_of_student(frame) else None


_OURS = ("_asyncio", "asyncio", "looplab")
_GIVE_LOOPS = {"get_running_loop", "get_event_loop", "current_task", "all_tasks"}


def _loads_code(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    """Judge who makes code of bytes: Python itself does, where it has compiled a file before."""
    told = frame.f_locals if frame.f_code.co_filename.startswith("<frozen importlib") else {}
    if told.get("f") is _imp.get_frozen_object or _is_compiled(told.get("bytecode_path"), args[0]):
        return None
    return BYTECODE if on_behalf_of_student(frame) else None


def _is_compiled(path: object, code: bytes) -> bool:
    """Whether this is what stands in a file where no student's code can write."""
    name = _absolute(path)
    if name is None or _is_below(name, _MAY_WRITE):
        return False
    try:
        return Path(name).read_bytes().endswith(code)
    except OSError:
        return False


def _starts_interpreter(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    return INTERPRETERS if _is_students(frame) else None


def _signals(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    found = args[0] != os.getpid() and _is_students(frame)
    return SIGNALS if found else None


def _compiles(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    source, name = args
    if _quotes(frame):
        return None
    text = _text(source)
    if text is not None and "compile" not in frame.f_code.co_names and _is_file(text, name):
        return None
    words = _names_code(frame, name)
    if words or not on_behalf_of_student(frame):
        return words
    if _is_in(frame, "dataclasses") and text is not None and not _TAKES_OTHERS.search(text):
        text = _FIELD.sub("self", text)
    if text is None or not _MAY_SMELL.search(text):
        return None
    return RUNS + text


_FIELD = re.compile(r"\b(?:self|other)\.\w+|\b\w+\.__setattr__(?=\(self,')")
_TAKES_OTHERS = re.compile(r"import|\bas\b|\b(?:self|other)\b(?!\s*[.,)]|:(?!=)| is\b)")
"""What a method that is made of the names of fields never has: it only uses its own objects."""


def _quotes(frame: FrameType) -> bool:
    """Whether `traceback` parses a line that it shows, to mark a part of it; it runs nothing."""
    asks = frame.f_back if _is_in(frame, "ast") else frame
    return asks is not None and _is_in(asks, "traceback")


def _makes_code(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    return _names_code(frame, args[1])


def _text(source: object) -> str | None:
    """Return what is compiled, as text; None where there is none."""
    try:
        if isinstance(source, ast.AST):
            return ast.unparse(source)
        if isinstance(source, bytes):
            return importlib.util.decode_source(source)
    except (ValueError, SyntaxError, LookupError):
        return None
    return str.__str__(source) if isinstance(source, str) else None


_MAY_SMELL = re.compile(r"_|\.|import|class")
"""A text without any of these bends nothing."""


def _is_file(text: str, name: object) -> bool:
    """Whether a file of Python's is compiled, as it is, or a part of it.

    The whole, when it is imported for the first time; a part, on 3.11 and 3.12, when Python itself
    shows the lines of an error that nobody caught. Whoever runs it by himself is told of.
    """
    if not isinstance(name, str) or is_program(name):
        return False
    try:
        return text in (_text(Path(name).read_bytes()) or "")
    except OSError:
        return False


def _runs(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    code = args[0]
    if code.co_name == "<module>" and is_program(code.co_filename):
        path = Path(code.co_filename)
        stem = path.parent.name if path.stem == "__init__" else path.stem
        if stem in sys.stdlib_module_names and not code.co_filename.startswith("<"):
            return SHADOWS
    return _names_code(frame, code.co_filename)


def _replaces(frame: FrameType, args: tuple[Any, ...]) -> str | None:
    module, name = args
    if module.__name__ == "threading" and name in MAY_BE_SET:
        return None
    told = f"{REPLACES} {module.__name__}.{name}"
    return told if on_behalf_of_student(frame.f_back) else None


def _hides(frame: FrameType, _: tuple[Any, ...]) -> str | None:
    return SETS_LOOP if on_behalf_of_student(frame.f_back) else None


def _names_code(frame: FrameType, name: object) -> str | None:
    found = isinstance(name, str) and (type(name) is not str or not is_program(name))
    return NAMES if found and _is_students(frame) else None


_EVENTS: Mapping[str, Judge] = MappingProxyType(
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
        "pickle.find_class": _finds,
        "marshal.loads": _loads_code,
        "cpython.PyInterpreterState_New": _starts_interpreter,
        "os.kill": _signals,
        "os.killpg": _signals,
        "compile": _compiles,
        "code.__new__": _makes_code,
        "exec": _runs,
        "function.__new__": _runs,
        sealing.MODULE: _replaces,
        sealing.LOOP: _hides,
        TASK: lambda *_: SETS_TASK,
    }
)


def judge_of(event: str) -> Judge | None:
    """Return what judges an event of Python's: None where nothing is wrong with any."""
    return _EVENTS.get(event) or (_loads_ctypes if event.startswith("ctypes.") else None)
