"""A `Run`: what one program did, as plain data.

Everything else reads it. A lesson plots it (`Run.timeline`), a test judges it
(`looplab.expect`), the grader carries it as JSON out of the process that ran the
student's code.

Times are seconds on the clock of the run, counted from its start. Under virtual time
running takes no time at all, so every instant also has a *step*: the steps number
the turns in which one task or generator ran, from 0. A program that takes no time
is still a sequence of steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from looplab.wire import Failure, Json, Value, WireError, pack, unpack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
"""The version of a Run's JSON."""


@dataclass(frozen=True)
class Span:
    """One stretch of a life, in one state.

    Attributes:
        state: `ready` (it could run, something else did), `running`, or `waiting`.
        start, stop: seconds.
        first, last: the span covers the steps from `first` up to, not with, `last`.
        reason: what it waits for: `sleep(2)`, `Queue.get`, `task fetch-1`, `yield`; else empty.
        line: the line of the program that waits or runs on, where known.
        woken_by: the id of the life that made it ready; None for a timer or input.
    """

    state: Literal["ready", "running", "waiting"]
    start: float
    stop: float
    first: int
    last: int
    reason: str = ""
    line: int | None = None
    woken_by: int | None = None


@dataclass(frozen=True)
class TaskLife:
    """The life of one task, of one generator, or of a plain program.

    Attributes:
        id: its number in the order of creation, from 0.
        kind: `task`, `generator`, or `program` (a plain function that was observed).
        name: the task's name, or the generator's function.
        function: the qualified name of its coroutine, generator or function.
        created_by: the id of the life that created it; None for the first.
        outcome: how it ended; `pending` where it had not when the program ended.
        error: what it raised, where it did.
        spans: what it did, in order, without gaps or overlaps.
    """

    id: int
    kind: Literal["task", "generator", "program"]
    name: str
    function: str
    created_by: int | None
    outcome: Literal["returned", "raised", "cancelled", "closed", "pending"]
    error: Failure | None
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Call:
    """One use of a service that the test owns: a job started, an item taken.

    Attributes:
        service: its name, such as `jobs` or `gens[1]`.
        method: what was asked of it: `call`, `next`, `close`.
        arguments: what it was asked with.
        start: seconds.
        stop: seconds; None where it had not ended when the program did.
        outcome: how it ended.
    """

    service: str
    method: str
    arguments: tuple[Value, ...]
    start: float
    stop: float | None
    outcome: Literal["returned", "raised", "exhausted", "cancelled", "pending"]


@dataclass(frozen=True)
class Wait:
    """Who waits for what, and at which line of the program."""

    task: str
    reason: str
    line: int | None = None


@dataclass(frozen=True)
class Blocking:
    """A `time.sleep` that held up the whole loop.

    Attributes:
        task: the name of the task that did it.
        start: seconds.
        seconds: for how long.
        line: the line of the program.
    """

    task: str
    start: float
    seconds: float
    line: int | None = None


@dataclass(frozen=True)
class Run:
    """What a program did. `observe` makes it.

    Attributes:
        schema: the version of this record.
        program: the name of what was observed.
        call: how it was called, as the test wrote it: `fetch_all(jobs, 3)`.
        result: what it returned; the list of its items where it returned an iterator.
        error: what it raised, where it did.
        duration: seconds from its start to its end.
        steps: how many turns its tasks and generators took in all.
        lives: each task, generator or plain program, in the order of creation.
        calls: each use of the services that the test owns.
        leftovers: tasks that were still running when the program ended.
        deadlock: who waits for what when nothing can ever run again; else empty.
        blocked: each `time.sleep` that held up the loop.
        threads: how many threads it started.
        output: what it printed, shortened.
        warnings: what it was warned of, a never-awaited coroutine for example.
    """

    schema: int
    program: str
    call: str
    result: Value
    error: Failure | None
    duration: float
    steps: int
    lives: tuple[TaskLife, ...]
    calls: tuple[Call, ...]
    leftovers: tuple[Wait, ...]
    deadlock: tuple[Wait, ...]
    blocked: tuple[Blocking, ...]
    threads: int
    output: str
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """Return the run as JSON, for `from_json`."""
        return pack(self)

    @classmethod
    def from_json(cls, data: Json) -> Run:
        """Return the run that `data` describes.

        Raises:
            WireError: `data` is not what the schema allows.
        """
        run = unpack(cls, data)
        if run.schema != SCHEMA:
            raise WireError(f"The run has schema {run.schema}; this looplab reads {SCHEMA}.")
        return run

    @property
    def tasks(self) -> tuple[TaskLife, ...]:
        """The lives that are asyncio tasks."""
        return tuple(life for life in self.lives if life.kind == "task")

    def life(self, name: str) -> TaskLife:
        """Return the first life of that name.

        Raises:
            LookupError: there is none.
        """
        for life in self.lives:
            if life.name == name:
                return life
        names = ", ".join(life.name for life in self.lives)
        raise LookupError(f"No life is named {name!r}; there are {names}.")

    def timeline(self, *, axis: Literal["auto", "seconds", "steps"] = "auto") -> Figure:
        """Draw the run, one lane for each life.

        Args:
            axis: `seconds`, `steps`, or `auto`: seconds where any passed, else steps.

        Returns:
            The matplotlib figure; a notebook shows it.
        """
        from looplab.timeline import draw

        return draw(self, axis=axis)

    def describe(self) -> str:
        """Return the run in words, a line for each life, for a terminal or a screen reader."""
        from looplab.describing import describe

        return describe(self)
