"""Orders of the services' answers: what was chosen in one run, and a search through many.

Each run of a search is bare: nothing is recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import random
import warnings
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from looplab.observer.observing import close_loop
from looplab.runs.failures import describe_exception
from looplab.runs.wire import Json, Value, WireError, encode
from looplab.virtual.answers import TooMuch
from looplab.virtual.clock import virtual_time
from looplab.virtual.hiding import hidden_loop, no_current_loop
from looplab.virtual.loop import VirtualLoop
from looplab.virtual.specs import Spec
from looplab.virtual.world import World

MAX_SCHEDULES = 5_000
"""Orders that are tried at most where all are asked for."""

MAX_OUTCOMES = 50
"""Different outcomes that are kept apart; what comes then counts as the last of them."""

MAX_CHOICES = 10_000
"""Choices of one order; a program that asks for more is stopped."""

TRIES_TO_SHRINK = 200
"""So often at most a random order is run again, to make it simpler."""


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
        return await value

    def count() -> None:
        # As `observe` counts them: a cancelled one that nobody waited for is still there.
        ended.append(len(asyncio.all_tasks(loop)) - 1)

    coroutine = value if inspect.iscoroutine(value) else main()
    return loop.run_until_complete(_Watched(coroutine, count))


class _Watched(Coroutine[Any, Any, Value]):
    """A coroutine as it is, and what is called as it ends.

    What is thrown into one that awaits another may not come out the same.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Value], ended: Callable[[], None]) -> None:
        self._coroutine, self._ended = coroutine, ended

    def send(self, value: Any) -> Any:
        return self._go_on(self._coroutine.send, value)

    def throw(self, *error: Any) -> Any:
        return self._go_on(self._coroutine.throw, *error)

    def close(self) -> None:
        self._coroutine.close()

    def _go_on(self, go_on: Callable[..., Any], *args: Any) -> Any:
        try:
            return go_on(*args)
        except BaseException:
            self._ended()
            raise

    def __await__(self) -> Generator[Any, Any, Value]:
        raise NotImplementedError("It is only for a task to run.")
