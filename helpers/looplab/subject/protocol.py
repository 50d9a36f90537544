"""What a subject and its examiner have agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from looplab.runs.run import Run

PROTOCOL = 5
"""The version of the requests and replies."""

RUN_TYPE = "application/vnd.looplab.run+json"
"""The media type of a Run in a cell's output; feedback draws it."""

MAX_OUTPUT = 20_000
MAX_OUTPUTS = 50


REPLACES = "replaces"
"""Before the name of what a program has replaced."""

RUNS = "runs the text "
"""Before a text that stands in no cell, and that a program has run or imported."""

FRAMES = "looks into the frames of its callers"
OBJECTS = "asks the garbage collector for objects that are not its own"
NAMES = "names its code after a file of Python's or looplab's"
TRACES = "sets a trace function"
HOOKS = "sets an audit hook"
CTYPES = "uses ctypes"
WRITES = "writes outside its temporary folder"
PROC = "reads /proc"
SIGNALS = "sends a signal to another process"
SETS = "sets the code, defaults, class or bases of what is not its own"
SETS_LOOP = "puts something in the place of a loop's method"
INTERPRETERS = "starts another interpreter, which nobody watches"
SETS_TASK = "has a task that says of itself what is not so"
SHADOWS = "runs a module of its own that is named as one of Python's"

PICKLES = "takes what is asyncio's or looplab's own out of a pickle"
BYTECODE = "runs code that stands in no text"

NOTICES = frozenset(
    {FRAMES, OBJECTS, NAMES, TRACES, HOOKS, CTYPES, WRITES, PROC, SIGNALS, SETS, SETS_LOOP, SHADOWS}
    | {PICKLES, BYTECODE, SETS_TASK, INTERPRETERS}
)
"""All that a subject may say it has noticed, beside what was replaced: "the code ..."."""


def is_pythons(name: str) -> bool:
    """Whether Python itself may look a name up, so that it is never one of a student's.

    An `import` asks a module for `__lazy_modules__` (Python 3.15), an annotation for
    `__annotations__`, and the next version for what nobody knows yet.

    >>> is_pythons("__lazy_modules__"), is_pythons("_total")
    (True, False)
    """
    return name.startswith("__") and name.endswith("__")


@dataclass(frozen=True)
class CellOutput:
    """One output of a cell, as plain text.

    Attributes:
        kind: `stream` (printed), `result` (the value of its last line), `display` or `error`.
        name: `stdout` or `stderr` for a stream; the exception's class for an error.
        text: what it says; for an error, its message.
        traceback: an error's lines.
        run: the run whose timeline it shows, where it shows one.
    """

    kind: Literal["stream", "result", "display", "error"]
    name: str
    text: str
    traceback: tuple[str, ...] = ()
    run: Run | None = None
