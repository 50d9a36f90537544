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

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from looplab.observer.arguments import call_text, receiver, sender
from looplab.observer.observing import not_run, patience_of_check, perform, with_record
from looplab.observer.schedules import Schedule, search
from looplab.runs.failures import describe_exception
from looplab.runs.run import Run
from looplab.runs.wire import decode, encode
from looplab.virtual.answers import TooMuch
from looplab.virtual.specs import Spec
from looplab.virtual.world import World


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

        >>> import asyncio
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

    >>> import asyncio
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

    call, patience = call_text(program, args), patience_of_check()
    go_on = (lambda: None) if patience is None else patience.go_on
    try:
        with patience or nullcontext():
            found = search(program, arguments, specs, orders, seed, shuffle_ready, go_on)
    except TooMuch as error:
        line = None if patience is None else patience.line
        run = not_run(call, describe_exception(error, line))
        return Exploration(call, 1, True, (Outcome(1, (), lambda: run),))

    def record(choices: tuple[int, ...]) -> Run:
        world = World(specs, Schedule(choices).choose, shuffle_ready=shuffle_ready)
        run = perform(program, arguments(world)(), world, patience=patience_of_check())
        return with_record(run, world, call)

    outcomes = tuple(
        Outcome(count, choices, partial(record, choices)) for count, choices in found.outcomes
    )
    return Exploration(call, found.schedules, found.complete, outcomes)
