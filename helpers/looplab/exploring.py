"""`explore`: run a program in every order in which its services may answer.

asyncio promises the order in which ready callbacks run, and of two sleeps the shorter ends
first. It promises nothing of how long the world takes. So a program that is right must be
right whichever answer comes first, and whenever a timer of its own goes off meanwhile::

    found = explore(two_deposits, store(100))
    expect(found).returned(115)

Nothing else is varied: ready tasks run first in, first out, so a program that relies on
asyncio's promises is never failed. `shuffle_ready=True` breaks that promise on purpose, to
show which program relies on it; a program that fails then may well be right.

Each run is bare. Of each outcome, one is repeated and recorded when it is asked for: the one
that departs least from the order in which the services were asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from looplab.clock import VirtualLoop, hidden_loop, no_current_loop, virtual_time
from looplab.observing import call_text, close_loop, perform, receiver, sender, with_record
from looplab.run import Run
from looplab.services import Spec, TooMuch, World
from looplab.wire import Json, Value, WireError, decode, describe_exception, encode

MAX_SCHEDULES = 5_000
"""Orders that are tried at most where all are asked for."""

MAX_OUTCOMES = 50
"""Different outcomes that are kept apart; what comes then counts as the last of them."""

MAX_CHOICES = 10_000
"""Choices of one order; a program that asks for more is stopped."""

TRIES_TO_SHRINK = 200
"""So often at most a random order is run again, to make it simpler."""


@dataclass(frozen=True)
class Outcome:
    """One way in which the program ends.

    Attributes:
        count: in how many orders it does.
        choices: an order in which it does: what was chosen each time there was a choice, 0
            for whoever was asked first.
    """

    count: int
    choices: tuple[int, ...]
    _record: Callable[[], Run] = field(repr=False, compare=False)

    @cached_property
    def run(self) -> Run:
        """What it did in that order; it is run again, and recorded, when it is first asked for."""
        return self._record()


@dataclass(frozen=True)
class Exploration:
    """What a program did in many orders.

    Attributes:
        call: how it was called.
        schedules: how many orders were tried.
        complete: whether these are all there are.
        outcomes: the different ways in which it ended, as they were found.
    """

    call: str
    schedules: int
    complete: bool
    outcomes: tuple[Outcome, ...]

    def failing(self, check: Callable[[Run], object]) -> tuple[Outcome, ...]:
        """Return the outcomes that a check does not accept.

        Args:
            check: is given a run, and raises AssertionError or returns False where it is wrong.

        >>> from looplab import store
        >>> async def add(store):
        ...     await store.write(await store.read() + 1)
        >>> async def two(store):
        ...     await asyncio.gather(add(store), add(store))
        ...     return await store.read()
        >>> [lost] = explore(two, store(0)).failing(lambda run: run.result == 2)
        >>> lost.count, lost.run.result
        (4, 1)
        """

        def fails(run: Run) -> bool:
            try:
                return check(run) is False
            except AssertionError:
                return True

        return tuple(outcome for outcome in self.outcomes if fails(outcome.run))

    def __str__(self) -> str:
        orders = "order" if self.schedules == 1 else "orders"
        what = "which is all" if self.complete else "of more"
        told = [f"{self.call} in {self.schedules:,} {orders}, {what}:"]
        for outcome in self.outcomes:
            run = outcome.run
            end = f"raises {run.error}" if run.error is not None else f"gives {run.result!r}"
            left = f", leaves {len(run.leftovers)} running" if run.leftovers else ""
            told.append(f"  {outcome.count:>6,}  {end}{left}"[:100])
        return "\n".join(told)

    __repr__ = __str__


def explore(
    program: Callable[..., Any],
    *args: Any,
    orders: int | None = None,
    seed: object = 0,
    shuffle_ready: bool = False,
) -> Exploration:
    """Run `program(*args)` in every order in which its services may answer.

    Args:
        program: what to run; as for `observe`.
        args: its arguments; as for `observe`. Jobs and stores take any time here.
        orders: how many orders to try, at random; left out, all, and at most 5,000.
        seed: of the random orders.
        shuffle_ready: also run ready tasks in any order, which asyncio does not.

    Returns:
        How many orders there are, and each outcome with its count and one run.

    >>> from looplab import jobs
    >>> async def first(job):
    ...     done, left = await asyncio.wait(
    ...         [asyncio.ensure_future(job(n)) for n in range(2)], return_when="FIRST_COMPLETED")
    ...     await asyncio.wait(left)
    ...     return [task.result() for task in done]
    >>> explore(first, jobs([1, 2], results=["a", "b"]))
    first(jobs) in 2 orders, which is all:
           1  gives ['a']
           1  gives ['b']
    """
    specs: list[Spec] = []
    sent = [encode(arg, sender(specs)) for arg in args]

    def arguments(world: World) -> Callable[[], list[Any]]:
        build = receiver(specs, args, world)
        return lambda: [decode(each, build) for each in sent]

    found = search(program, arguments, specs, orders, seed, shuffle_ready)
    call = call_text(program, args)

    def record(choices: tuple[int, ...]) -> Run:
        world = World(specs, Schedule(choices).choose, shuffle_ready=shuffle_ready)
        return with_record(perform(program, arguments(world)(), world), world, call)

    outcomes = tuple(
        Outcome(count, choices, partial(record, choices)) for count, choices in found.outcomes
    )
    return Exploration(call, found.schedules, found.complete, outcomes)


class Schedule:
    """What is chosen in one run, and out of how many.

    Args:
        choices: the first of them.
        after: what chooses then, given how many things it may choose from; left out, the first.
    """

    def __init__(
        self, choices: Sequence[int] = (), after: Callable[[int], int] | None = None
    ) -> None:
        self._choices, self._after = choices, after
        self.made: list[tuple[int, int]] = []

    def choose(self, options: int) -> int:
        """Choose one of so many, from 0."""
        at = len(self.made)
        if at >= MAX_CHOICES:
            raise TooMuch(f"it came to more than {MAX_CHOICES:,} choices: does it ever stop?")
        if at < len(self._choices):
            chosen = min(self._choices[at], options - 1)
        else:
            chosen = 0 if self._after is None else self._after(options)
        self.made.append((chosen, options))
        return chosen

    @property
    def choices(self) -> tuple[int, ...]:
        """What was chosen, without the first choices at the end."""
        chosen = [choice for choice, _ in self.made]
        while chosen and not chosen[-1]:
            chosen.pop()
        return tuple(chosen)

    def following(self) -> list[int] | None:
        """Return how the next schedule begins, where all are tried in turn; None after the last."""
        made = list(self.made)
        while made:
            chosen, options = made.pop()
            if chosen + 1 < options:
                return [*(choice for choice, _ in made), chosen + 1]
        return None


@dataclass
class Found:
    """What a search has found.

    Attributes:
        schedules: how many orders were tried.
        complete: whether these are all.
        outcomes: how often each outcome came, and an order in which it does.
    """

    schedules: int = 0
    complete: bool = False
    outcomes: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def to_json(self) -> dict[str, Json]:
        """Return it as JSON."""
        outcomes = [[count, list(choices)] for count, choices in self.outcomes]
        return {"schedules": self.schedules, "complete": self.complete, "outcomes": outcomes}

    @classmethod
    def from_json(cls, data: Json, orders: int | None) -> Found:
        """Return what `data` describes: it comes out of a sandbox.

        Args:
            data: parsed JSON, from anywhere.
            orders: how many the search was asked for; None for all.

        Raises:
            WireError: it describes no such search.
        """
        match data:
            case {"schedules": int(schedules), "complete": bool(complete), "outcomes": [*told]} if (
                data.keys() == {"schedules", "complete", "outcomes"}
                and len(told) <= MAX_OUTCOMES
                and type(schedules) is int
            ):
                found = cls(schedules, complete, [_outcome(each) for each in told])
                tried = sum(count for count, _ in found.outcomes)
                if 0 < schedules == tried <= (orders or MAX_SCHEDULES):
                    return found
        raise WireError("This is not what a search finds.")


def _outcome(data: Json) -> tuple[int, tuple[int, ...]]:
    match data:
        case [int(count), [*choices]] if len(choices) <= MAX_CHOICES and all(
            type(each) is int and each >= 0 for each in (count, *choices)
        ):
            return count, tuple(choices)
    raise WireError("This is no outcome.")


def search(
    program: Callable[..., Any],
    arguments: Callable[[World], Callable[[], list[Any]]],
    specs: Sequence[Spec],
    orders: int | None,
    seed: object,
    shuffle_ready: bool,
    go_on: Callable[[], None] = lambda: None,
) -> Found:
    """Run a program in many orders, unrecorded, and tell its outcomes apart.

    Args:
        program: what to run.
        arguments: gives, for a world, what makes its arguments.
        specs: what it is given of the test's.
        orders: how many; None for all.
        seed: of random ones.
        shuffle_ready: whether ready tasks are shuffled too.
        go_on: called after each order; what it raises ends the search.
    """
    found, counts = Found(), dict[str, int]()
    shortest: dict[str, tuple[int, ...]] = {}
    with _bench(program, arguments, specs, shuffle_ready) as in_one_order:

        def run(schedule: Schedule) -> str:
            outcome = in_one_order(schedule)
            go_on()
            return outcome

        pick = None if orders is None else random.Random(f"{seed}").randrange
        begin: list[int] | None = []
        while begin is not None and found.schedules < (orders or MAX_SCHEDULES):
            schedule = Schedule(begin, pick)
            outcome = run(schedule)
            found.schedules += 1
            if outcome not in counts and len(counts) == MAX_OUTCOMES:
                outcome = next(reversed(counts))
            counts[outcome] = counts.get(outcome, 0) + 1
            choices = schedule.choices
            shortest[outcome] = min(shortest.get(outcome, choices), choices, key=_departures)
            begin = schedule.following() if pick is None else []
        found.complete = begin is None
        for outcome, count in counts.items():
            choices = shortest[outcome]
            if orders is not None:
                choices = _simpler(run, outcome, choices)
            found.outcomes.append((count, choices))
    return found


def _departures(choices: Sequence[int]) -> tuple[int, int, Sequence[int]]:
    return len(choices) - choices.count(0), len(choices), choices


def _simpler(
    run: Callable[[Schedule], str], outcome: str, choices: tuple[int, ...]
) -> tuple[int, ...]:
    """Return choices with fewer departures that lead to the same outcome."""
    tries, at = 0, len(choices) - 1
    while at >= 0 and tries < TRIES_TO_SHRINK:
        if choices[at]:
            schedule = Schedule((*choices[:at], 0, *choices[at + 1 :]))
            tries += 1
            if run(schedule) == outcome and _departures(schedule.choices) < _departures(choices):
                choices = schedule.choices
                at = min(at, len(choices))
        at -= 1
    return choices


@contextlib.contextmanager
def _bench(
    program: Callable[..., Any],
    arguments: Callable[[World], Callable[[], list[Any]]],
    specs: Sequence[Spec],
    shuffle_ready: bool,
) -> Iterator[Callable[[Schedule], str]]:
    """Give what runs the program in one order and returns its outcome, as text to compare."""
    world = World(specs, Schedule().choose, shuffle_ready=shuffle_ready)
    fresh_arguments = arguments(world)
    names = getattr(program, "__globals__", {})
    with (
        hidden_loop(),
        no_current_loop() as current,
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        virtual_time(world, names, lambda *_: None),
    ):
        warnings.simplefilter("ignore")
        loop, as_new = _new_loop(world)

        def run(schedule: Schedule) -> str:
            nonlocal loop, as_new
            world.begin(schedule.choose)
            current.clear()
            outcome: list[Json]
            ended: list[int] = []
            try:
                result = copy_context().run(_run, program, fresh_arguments(), loop, ended)
                outcome = [encode(result)]
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                failure = describe_exception(error)
                outcome = [failure.type, failure.message]
            # Where none was left, none can have come since: its first step would be ready.
            none_left = ended == [0] and not loop.has_ready()
            left = set() if none_left else asyncio.all_tasks(loop)
            outcome += ended or [len(left)]
            if left or not loop.reset(as_new):
                world.let_choose(Schedule().choose)
                world.finish()
                close_loop(loop)
                loop, as_new = _new_loop(world)
            return repr(outcome)

        try:
            yield run
        finally:
            loop.close()


def _new_loop(world: World) -> tuple[VirtualLoop, dict[str, Any]]:
    """Return a loop, and its attributes while nobody has used it."""
    loop = VirtualLoop(world)
    loop.set_exception_handler(lambda *_: None)
    return loop, dict(vars(loop))


def _run(
    program: Callable[..., Any], args: list[Any], loop: VirtualLoop, ended: list[int]
) -> Value:
    """Run a program; `ended` gets the number of its tasks that were left when it ended."""
    value = program(*args)
    if not inspect.isawaitable(value):
        return value

    async def main() -> Any:
        try:
            return await value
        finally:
            # As `observe` counts them: a cancelled one that nobody waited for is still there.
            ended.append(len(asyncio.all_tasks(loop)) - 1)

    return loop.run_until_complete(main())
