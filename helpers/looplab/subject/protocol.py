"""What a subject and its examiner have agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from looplab.runs.run import Run

PROTOCOL = 3
"""The version of the requests and replies."""

RUN_TYPE = "application/vnd.looplab.run+json"
"""The media type of a Run in a cell's output; feedback draws it."""

MAX_OUTPUT = 20_000
MAX_OUTPUTS = 50


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
