"""What a recorder notes: steps as rows of 32 bytes, and lives.

For each step there is a row. It says whose step it was, what made it ready (its *cause*), how it
ended, and when it was ready and stopped. A cause is a number:

- 0 and up: it was made ready in the step of that number;
- -1 and down: by input, or by something that is not recorded, when `~cause` steps had begun;
- `TIMED` and down: by a timer of the program's, when `TIMED - cause` steps had begun;
- `RELAYED` and down: as `Recorder.relays[RELAYED - cause]` says: on behalf of somebody.
"""

from __future__ import annotations

import re
import types
import weakref
from dataclasses import dataclass
from struct import Struct
from typing import Any, Literal, NamedTuple

from looplab.runs.failures import Failure

MAX_STEPS = 200_000
"""Steps are counted for ever; what happens in them is noted up to this one."""

ROW = Struct("iiidd")
"""A step: its life, its cause, its end; when it was ready, and when it stopped. It began when it
was ready, or when what ran before had stopped; reading the clock once less is worth that."""

ENDED = -1
"""The end of a step after which the life had ended. From here down, `ENDED - 1 - lasti`: it
gave way with `sleep(0)` at that instruction of its outermost frame. From 0 up: the
number of its suspension."""

STILL_RUNNING = -(2**30)
"""The end of a step that had not ended when the recording did."""

LONG = 0.001
"""Seconds; a callback that takes as long is not counted into the step that follows."""

TIMED, RELAYED = -(2**28), -(2**30)

Kind = Literal["task", "generator", "thread", "program"]
Outcome = Literal["returned", "raised", "cancelled", "closed", "pending"]


def is_default(name: str) -> bool:
    """Whether asyncio gave a task that name, and not the program."""
    return re.fullmatch(r"Task-\d+", name) is not None


@dataclass(slots=True)
class Life:
    """What is noted of a life besides its steps. `TaskLife` is the record of it."""

    id: int
    kind: Kind
    name: str
    function: str
    cause: int
    code: types.CodeType | None = None
    outcome: Outcome = "pending"
    returned: str = ""
    error: Failure | None = None
    task: weakref.ref[Any] | None = None
    ended: tuple[float, int] | None = None
    """When it ended, in seconds and steps, where that was not at the end of a step."""

    @property
    def label(self) -> str:
        """Its name where the program gave it one; else what it runs."""
        self.look_at_name()
        return self.function if is_default(self.name) else self.name

    def look_at_name(self) -> None:
        """Note the name that its task has now: a program may change it."""
        task = None if self.task is None else self.task()
        if task is not None and not is_default(name := task.get_name()):
            self.name = name


class Relay(NamedTuple):
    """On whose behalf something was made ready outside any step.

    Attributes:
        waker: the number of the life; None where it is not known.
        steps: how many steps had begun.
    """

    waker: int | None
    steps: int


@dataclass(slots=True)
class ThreadNotes:
    """When a thread was asked for, began and ended: in seconds, and how many steps had begun."""

    ready: float
    start: float | None = None
    first: int | None = None
    stop: float | None = None
    last: int | None = None

    def begin(self, now: float, steps: int) -> None:
        """Note that it begins now."""
        self.start, self.first = now, steps

    def end(self, now: float, steps: int) -> None:
        """Note that it ends now."""
        self.stop, self.last = now, steps


class Tick(NamedTuple):
    """A callback that the loop ran; `Callback` is the record of it."""

    name: str
    timer: bool
    asked_by: int | None
    start: float
    stop: float
    step: int
    counts: bool


class Pending(NamedTuple):
    """A life that is ready and has not run yet."""

    time: float
    cause: int
