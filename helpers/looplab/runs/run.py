"""A `Run`: what one program did, as plain data.

Everything else reads it. A lesson plots it (`looplab.pictures`), a test judges it
(`looplab.expect`), the grader carries it as JSON out of the process that ran the
student's code.

Times are seconds on the clock of the run, counted from its start. Under virtual time
running takes no time at all, so every instant also has a *step*: the steps number
the turns in which one task or generator ran, from 0. A program that takes no time
is still a sequence of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from looplab.runs import queries
from looplab.runs.failures import Failure
from looplab.runs.records import Blocking, Call, Callback, Lost, Span, TaskLife, Wait
from looplab.runs.wire import Json, Value, WireError, pack, unpack

SCHEMA = 5
"""The version of a Run's JSON."""

NOTHING_SEEN = (
    "no task ran on a loop of asyncio's: one that runs handles of its own, such as uvloop's, "
    "cannot be recorded"
)
"""What a recording is warned of that has recorded nothing."""


MAX_BLOCKED = 1_000
"""So many stretches are noted in which somebody held up the loop; then no more."""


@dataclass(frozen=True)
class Facts:
    """What a program did, without its steps.

    Attributes:
        schema: the version of this record.
        program: the name of what was observed.
        clock: whether its seconds are virtual ones or real ones.
        call: how it was called, as the test wrote it: `fetch_all(jobs, 3)`.
        result: what it returned; the list of its items where it returned an iterator.
        error: what it raised, where it did.
        duration: seconds from its start to its end.
        steps: how many turns its tasks and generators took in all.
        callbacks: how many callbacks of its own the loop ran for it: functions that it handed to
            `call_soon` or `call_later`, for example. asyncio's own do not count.
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
    callbacks: int
    calls: tuple[Call, ...]
    leftovers: tuple[Wait, ...]
    deadlock: tuple[Wait, ...]
    blocked: tuple[Blocking, ...]
    lost: tuple[Lost, ...]
    threads: int
    output: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Details:
    """What a program did, step by step.

    Attributes:
        lives: each task, generator, thread or plain program.
        ticks: each callback of the program's own, and of asyncio's the timers that wake or cancel
            somebody, but for those of `sleep`; in the order in which they ran, of many the first.
    """

    lives: tuple[TaskLife, ...]
    ticks: tuple[Callback, ...]


_DETAILS = frozenset(field.name for field in fields(Details))


@dataclass(frozen=True)
class Run(Facts, Details):
    """What a program did. `observe` makes it, and `recording`.

    Attributes: those of `Facts` and of `Details`. The details may be made when somebody asks for
    the first of them: most who judge a run never do.
    """

    @classmethod
    def of(cls, facts: Facts, later: Callable[[], Details]) -> Run:
        """Return the run with these facts.

        Args:
            facts: what is known now.
            later: makes the details; it is called once at most.
        """
        run = cls.__new__(cls)
        vars(run).update(vars(facts), _later=later)
        return run

    def with_facts(self, **facts: Any) -> Run:
        """Return the run with these facts in the place of its own, and with the same details."""
        run = type(self).__new__(type(self))
        vars(run).update(vars(self), **facts)
        return run

    def whole(self) -> Run:
        """Return the run, whose details have been made: nothing is asked of anybody later."""
        return self if vars(self).get("_later") is None else self.with_facts(**self.__getstate__())

    def __getstate__(self) -> dict[str, Any]:
        # What makes the details cannot go to another process.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            later = vars(self).get("_later")
            if later is not None and name in _DETAILS:
                vars(self).update(vars(later()), _later=None)
                return vars(self)[name]
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
        _check_facts(run)
        _check_details(run, run)
        return run

    # What a lesson or a test asks it

    @property
    def tasks(self) -> tuple[TaskLife, ...]:
        """The lives that are asyncio tasks."""
        return queries.tasks(self.lives)

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
        return queries.named(self.lives, name)

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
        return queries.overlap(self.lives, names)

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
        return queries.peak(self.lives, self.calls, self.duration, of)

    def order(self, by: Literal["start", "end"] = "end") -> tuple[str, ...]:
        """Return the names of the tasks in the order in which they ended, or first ran.

        Args:
            by: which of the two. A task that had not ended, or never ran, is left out.
        """
        return queries.order(self.lives, by)

    def waits(self, name: str) -> tuple[Span, ...]:
        """Return each wait of the first life of that name, in order.

        Raises:
            LookupError: there is none.
        """
        return tuple(span for span in self.life(name).spans if span.state == "waiting")

    def loop(self) -> tuple[queries.Turn, ...]:
        """Return what the event loop did from the start to the end: run whom, block, or idle.

        A turn of nobody's is a callback's.
        """
        return queries.loop(self.lives, self.ticks, self.blocked, self.duration)

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
        return queries.critical_path(self.lives)


def read_facts(data: Json) -> Facts:
    """Return the facts that `data` describes, for `Run.of`; `pack(run, Facts)` wrote it.

    Raises:
        WireError: `data` is not what the schema allows.
    """
    facts = unpack(Facts, data)
    _check_facts(facts)
    return facts


def read_details(data: Json, facts: Facts) -> Details:
    """Return the details that `data` describes, of the run with these facts.

    Raises:
        WireError: `data` is not what the schema allows, or does not go with the facts.
    """
    details = unpack(Details, data)
    _check_details(details, facts)
    return details


# What the annotations cannot say is checked here: it came out of a sandbox.


def _check_facts(facts: Facts) -> None:
    if facts.schema != SCHEMA:
        raise WireError(f"The run has schema {facts.schema}; this looplab reads {SCHEMA}.")
    if len(facts.blocked) > MAX_BLOCKED:
        raise WireError(f"Run.blocked: more than {MAX_BLOCKED:,} are told")
    if facts.steps < 0 or facts.callbacks < 0:
        raise WireError("Run: it counts less than happened")


def _check_details(details: Details, facts: Facts) -> None:
    """Check that lives refer to each other, in order, and are not more than the facts say.

    Raises:
        WireError: they do not.
    """
    ids = {life.id for life in details.lives}
    if len(ids) != len(details.lives):
        raise WireError("Run.lives: two lives have the same id")
    ids.add(None)  # type: ignore[arg-type]  # nobody
    for life in details.lives:
        if not {life.created_by, life.cancelled_by} <= ids:
            raise WireError("TaskLife: it refers to a life that is not there")
        time, step = 0.0, 0
        for span in life.spans:
            if not {span.woken_by, span.held_by} <= ids:
                raise WireError("Span: it refers to a life that is not there")
            if not (time <= span.start <= span.stop and step <= span.first <= span.last):
                raise WireError("TaskLife.spans: they are out of order")
            time, step = span.stop, span.last
    if facts.callbacks < sum(tick.counts for tick in details.ticks):
        raise WireError("Run: it counts less than happened")
    time, step = 0.0, 0
    for tick in details.ticks:
        if tick.asked_by not in ids:
            raise WireError("Callback: it refers to a life that is not there")
        if not (time <= tick.start <= tick.stop and step <= tick.step):
            raise WireError("Run.ticks: they are out of order")
        time, step = tick.start, tick.step
