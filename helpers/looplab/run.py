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

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from looplab import queries
from looplab.wire import Failure, Json, Value, WireError, pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

SCHEMA = 2
"""The version of a Run's JSON."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a life, in one state.

    Attributes:
        state: `ready` (it could run, something else did), `running`, or `waiting`.
        start: when it begins, in seconds.
        stop: when it ends, in seconds.
        first: the first step that it covers.
        last: the step after the last that it covers.
        reason: what it waits for: `sleep(2)`, `Queue.get`, `task fetch-1`, `yield`; `cancelled`
            where it is ready because it was cancelled; else empty.
        line: the line of the program that waits or runs on, where known.
        woken_by: the id of the life that made it ready; None for a timer or input.
        held_by: the id of the life that held the lock it waits for when the wait began, where
            known. The lock may be handed on meanwhile: who has let it go last has woken it.
    """

    state: Literal["ready", "running", "waiting"]
    start: float
    stop: float
    first: int
    last: int
    reason: str = ""
    line: int | None = None
    woken_by: int | None = None
    held_by: int | None = None


@dataclass(frozen=True)
class TaskLife:
    """The life of one task, generator or thread, or of a plain program.

    Attributes:
        id: its number, from 0, in the order in which they came to run.
        kind: `task`, `generator`, `thread` (one that the program started, or a call that an
            executor runs), or `program` (a plain function that was observed).
        name: the task's name, the generator's function, or the thread's name.
        function: the qualified name of its coroutine, generator or function.
        created_by: the id of the life that created it; None for the first.
        cancelled_by: the id of the life that cancelled it, where it was cancelled and one is
            known to have done it; None for a timer, such as `asyncio.timeout` sets.
        outcome: how it ended; `pending` where it had not when the program ended.
        error: what it raised, where it did.
        spans: what it did, in order, without gaps or overlaps.
    """

    id: int
    kind: Literal["task", "generator", "thread", "program"]
    name: str
    function: str
    created_by: int | None
    cancelled_by: int | None
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
    """Who waits for what.

    Attributes:
        task: the name of the task.
        reason: what it waits for, as in `Span.reason`.
        line: the line of the program at which it waits, where known.
        held_by: the name of the task that holds the lock it waits for, where known.
    """

    task: str
    reason: str
    line: int | None = None
    held_by: str | None = None


@dataclass(frozen=True)
class Lost:
    """What the program made and nobody looked after.

    Attributes:
        kind: `exception` (a task raised it and nobody asked the task for its result),
            `coroutine` (it was never awaited), or `task` (nothing referred to it any more,
            and it was destroyed while it waited).
        name: the name of the task, or of the coroutine's function.
        text: the exception; what the task waited for; else empty.
        line: where the exception was raised, where the task waited, or where the coroutine
            was dropped, where known.
    """

    kind: Literal["exception", "coroutine", "task"]
    name: str
    text: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Blocking:
    """A stretch in which one task held up the whole loop.

    On a virtual clock that is a `time.sleep`, on the real one any step of 0.1 s or more.

    Attributes:
        task: the name of the task that did it; `a callback` where it was none's step.
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
    """What a program did. `observe` makes it, and `recording`.

    Attributes:
        schema: the version of this record.
        program: the name of what was observed.
        clock: whether its seconds are virtual ones or real ones.
        call: how it was called, as the test wrote it: `fetch_all(jobs, 3)`.
        result: what it returned; the list of its items where it returned an iterator.
        error: what it raised, where it did.
        duration: seconds from its start to its end.
        steps: how many turns its tasks and generators took in all.
        lives: each task, generator, thread or plain program.
        calls: each use of the services that the test owns.
        leftovers: tasks that were still running when the program ended.
        deadlock: who waits for what when nothing can ever run again; else empty.
        blocked: each stretch in which one task held up the loop.
        lost: exceptions nobody looked at, coroutines nobody awaited, tasks nobody kept.
        threads: how many threads it started.
        output: what it printed, shortened.
        warnings: what it was warned of, a never-awaited coroutine for example.
    """

    schema: int
    program: str
    clock: Literal["virtual", "real"]
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
    lost: tuple[Lost, ...]
    threads: int
    output: str
    warnings: tuple[str, ...]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # `recording` hands out a run that has no fields before its block has ended.
            if name in {field.name for field in fields(Run)}:
                raise AttributeError(
                    f"This run has no {name} yet: read it after the `with recording()` block."
                )
            raise AttributeError(f"A Run has no attribute {name!r}.")

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
        _check_references(run)
        return run

    # What a lesson or a test asks it

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

    def named(self, name: str) -> tuple[TaskLife, ...]:
        """Return the lives of that name, or of a function of that name."""
        return queries.named(self, name)

    def overlap(self, *names: str) -> float:
        """Return for how many seconds lives of all these names were under way at once.

        Args:
            names: of lives or their functions, see `named`; at least two, or one name that
                several lives have.

        Raises:
            LookupError: no life has the name, or there are not two lives to compare.

        >>> import asyncio
        >>> from looplab import observe
        >>> async def main():
        ...     async with asyncio.TaskGroup() as group:
        ...         group.create_task(asyncio.sleep(3), name="long")
        ...         group.create_task(asyncio.sleep(2), name="short")
        >>> observe(main).overlap("long", "short")
        2.0
        """
        return queries.overlap(self, names)

    def peak(self, of: str | None = None) -> int:
        """Return how many were under way at the busiest instant.

        What only touches does not overlap: a job that ends at 2.0 s has left its place
        free for one that starts at 2.0 s.

        Args:
            of: the name of a service, `jobs` for example, or of lives or their function, see
                `named`. Left out, all tasks but the first.

        >>> from looplab import jobs, observe
        >>> async def in_turn(job):
        ...     return [await job(0), await job(1)]
        >>> observe(in_turn, jobs([1, 1])).peak(of="jobs")
        1
        """
        return queries.peak(self, of)

    def order(self, by: Literal["start", "end"] = "end") -> tuple[str, ...]:
        """Return the names of the tasks in the order in which they ended, or first ran.

        Args:
            by: which of the two. A task that had not ended, or never ran, is left out.
        """
        return queries.order(self, by)

    def waits(self, name: str) -> tuple[Span, ...]:
        """Return each wait of the first life of that name, in order.

        Raises:
            LookupError: there is none.
        """
        return tuple(span for span in self.life(name).spans if span.state == "waiting")

    def loop(self) -> tuple[queries.Turn, ...]:
        """Return what the event loop did from the start to the end: run whom, block, or idle."""
        return queries.loop(self)

    def critical_path(self) -> tuple[queries.Leg, ...]:
        """Return what the program's duration consists of, from its start to its end.

        It is found from the end backwards: whoever ran last was woken by somebody, who ran
        because somebody else woke them, and so on. To end sooner, shorten one of these legs.

        >>> import asyncio
        >>> from looplab import observe
        >>> async def main():
        ...     await asyncio.gather(asyncio.sleep(2), asyncio.sleep(1))
        >>> [(leg.reason, leg.stop - leg.start) for leg in observe(main).critical_path()]
        [('sleep(2)', 2.0)]
        """
        return queries.critical_path(self)

    # How it is shown

    def timeline(self, *, axis: Literal["auto", "seconds", "steps"] = "auto") -> Figure:
        """Draw the run, one lane for each life.

        Args:
            axis: `seconds`, `steps`, or `auto`: seconds where any passed, else steps.

        Returns:
            The matplotlib figure; a notebook shows it.
        """
        from looplab.timeline import draw

        return draw(self, axis=axis)

    def to_perfetto(self, path: str | Path) -> None:
        """Write the run as a trace, which ui.perfetto.dev opens, with arrows for wake-ups.

        Args:
            path: the file to write, `.json` by custom.
        """
        from looplab.perfetto import write

        write(self, path)

    def describe(self) -> str:
        """Return the run in words, a line for each life, for a terminal or a screen reader."""
        from looplab.describing import describe

        return describe(self)


def compare(
    *runs: Run,
    names: Sequence[str] | None = None,
    axis: Literal["auto", "seconds", "steps"] = "auto",
) -> Figure:
    """Draw runs one below the other, on one scale: as long here is as long there.

    Args:
        runs: what to draw, from top to bottom.
        names: what to call each, `then` and `now` for example.
        axis: as for `Run.timeline`; left out, seconds where any passed in one of them.

    Returns:
        The matplotlib figure; a notebook shows it.

    Raises:
        ValueError: there is no run, or there are not as many names as runs.

    >>> from looplab import jobs, observe
    >>> async def one_job(job):
    ...     return await job(0)
    >>> both = compare(*[observe(one_job, jobs([n])) for n in (3, 1)], names=["slow", "fast"])
    >>> [axes.get_xlabel() for axes in both.axes]
    ['seconds', 'seconds']
    """
    from looplab.timeline import draw

    return draw(*runs, names=names, axis=axis)


def _check_references(run: Run) -> None:
    """Check what the annotations cannot say: it came out of a sandbox.

    Raises:
        WireError: a life refers to one that is not there, or its spans are out of order.
    """
    ids = {life.id for life in run.lives}
    if len(ids) != len(run.lives):
        raise WireError("Run.lives: two lives have the same id")
    ids.add(None)  # type: ignore[arg-type]  # nobody
    for life in run.lives:
        if not {life.created_by, life.cancelled_by} <= ids:
            raise WireError("TaskLife: it refers to a life that is not there")
        time, step = 0.0, 0
        for span in life.spans:
            if not {span.woken_by, span.held_by} <= ids:
                raise WireError("Span: it refers to a life that is not there")
            if not (time <= span.start <= span.stop and step <= span.first <= span.last):
                raise WireError("TaskLife.spans: they are out of order")
            time, step = span.stop, span.last
