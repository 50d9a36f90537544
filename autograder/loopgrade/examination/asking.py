"""`observe` and `explore`, as a test cell has them here: a subject runs the programs."""

from __future__ import annotations

import builtins
import hashlib
import random
import types
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from loopgrade.examination.shipping import closure, definitions
from looplab.observer.arguments import call_text
from looplab.observer.exploring import Exploration, Outcome
from looplab.observer.observing import with_record
from looplab.observer.schedules import Found, Schedule
from looplab.runs.run import MAX_BLOCKED, Run
from looplab.runs.wire import Json, encode
from looplab.subject.protocol import is_pythons
from looplab.virtual.specs import Spec, spec_to_json
from looplab.virtual.world import World

OWN_ORDERS = 20
"""In which the examiner has a program run by itself, after the subject has explored it."""


class StudentName:
    """A name of the student's inside a test cell: only `observe` takes it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class TestNames(dict[str, Any]):
    """The names of a test cell; what nobody else binds is the student's."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or is_pythons(name):
            raise KeyError(name)
        return StudentName(name)


class Asked(Protocol):
    """What runs the student's programs for a test."""

    def observe(self, request: dict[str, Json], world: World) -> Run:
        """Have a program run on a world, and return what it did."""

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """Have a program run in many orders; a Run where there is no such program."""

    @property
    def trouble(self) -> str:
        """How the cell with the answer stopped; empty where it ran to its end."""

    def note(self, notice: str) -> None:
        """Keep what a human should look at, in a few words that continue "the code ..."."""


class Observers:
    """`observe` and `explore`, as a test cell has them here.

    Args:
        test: its source.
        names: what it has.
        asked: runs the programs.

    Attributes:
        seen: what each `observe` has given, in their order.
    """

    def __init__(self, test: str, names: TestNames, asked: Asked) -> None:
        self._definitions, self._names, self._asked = definitions(test), names, asked
        self._is_first = True
        self.seen: list[Run] = []

    def observe(
        self,
        program: Any,
        *args: Any,
        take: int | None = None,
        cancel_at: float | None = None,
    ) -> Run:
        """As `looplab.observe`."""
        request, specs = self._request(program, args)
        world = World(specs)
        told = [spec_to_json(spec, whole=False) for spec in specs]
        how = {"take": take, "cancel_at": cancel_at, "services": told}
        answer = self._observe({**request, **how}, world)
        run = with_record(answer, world, call_text(program, args, take, cancel_at))
        for notice in differences(run, world):
            self._asked.note(notice)
        self.seen.append(run)
        return run

    def explore(
        self, program: Any, *args: Any, orders: int | None = None, seed: object = 0
    ) -> Exploration:
        """As `looplab.explore`; each outcome's run is on a world of the examiner's."""
        request, specs = self._request(program, args)
        told = [spec_to_json(spec, whole=False) for spec in specs]
        call = call_text(program, args)

        def record(schedule: Schedule) -> Run:
            world = World(specs, schedule.choose)
            how = {"take": None, "cancel_at": None, "services": told}
            run = self._observe({**request, **how}, world)
            return with_record(run, world, call)

        whole = [spec_to_json(spec, whole=True) for spec in specs]
        # The seed of a test is secret; what grows out of it is not.
        grown = hashlib.sha256(f"{seed}/explore".encode()).hexdigest()
        how = {"services": whole, "orders": orders, "seed": grown, "first": self._first()}
        found = self._asked.explore({**request, **how})
        if isinstance(found, Run):
            missing = found.with_facts(call=call)
            return Exploration(call, 1, True, (Outcome(1, (), lambda: missing),))
        outcomes = [
            Outcome(count, choices, partial(record, Schedule(choices)))
            for count, choices in found.outcomes
        ]
        # What it is said to do is not believed: some orders are the examiner's own.
        pick = random.Random(f"{seed}/examiner").randrange
        known = [_ending(outcome.run) for outcome in outcomes]
        if any(known.count(each) > 1 for each in known):
            self._asked.note("ends in another way when it runs in the same order again")
        for _ in range(OWN_ORDERS):
            schedule = Schedule((), pick)
            run = record(schedule)
            if _ending(run) not in known:
                known.append(_ending(run))
                outcomes.append(Outcome(1, schedule.choices, partial(_itself, run)))
        tried = sum(outcome.count for outcome in outcomes)
        return Exploration(call, tried, found.complete, tuple(outcomes))

    def _observe(self, request: dict[str, Json], world: World) -> Run:
        return self._asked.observe({**request, "first": self._first()}, world)

    def _first(self) -> bool:
        """Whether a test asks for the first time: of the one before it nobody asks any more."""
        first, self._is_first = self._is_first, False
        return first

    def _request(self, program: Any, args: Sequence[Any]) -> tuple[dict[str, Json], list[Spec]]:
        """Return what both ask of a subject, and the specs among the arguments."""
        specs: list[Spec] = []
        needed: list[str] = []

        def reference(value: object) -> Json:
            if isinstance(value, StudentName):
                return {"$name": value.name}
            if isinstance(value, Spec):
                specs.append(value)
                return {"$spec": len(specs) - 1}
            name = getattr(value, "__name__", "")
            if isinstance(value, types.FunctionType | type) and self._names.get(name) is value:
                needed.append(name)
                return {"$def": name}
            raise TypeError(f"observe cannot hand a {type(value).__name__} to the program")

        request: dict[str, Json] = {
            "program": encode(program, reference),
            "args": [encode(arg, reference) for arg in args],
        }
        code, constants = closure(needed, self._definitions, self._names)
        request["code"] = code
        request["constants"] = {n: encode(self._names[n], reference) for n in constants}
        return request, specs


def differences(run: Run, world: World) -> Iterator[str]:
    """Yield where a run says less than the examiner's own record, in words as of a notice.

    Args:
        run: what the subject tells of a program that it has run.
        world: what it ran on.
    """
    told = sum(each.seconds for each in run.blocked)
    if len(run.blocked) < MAX_BLOCKED and world.held_up > told + 1e-6:
        yield "hides that it held up the loop"
    open_ = any(call.outcome == "pending" for call in run.calls)
    if open_ and run.error is None and not (run.leftovers or run.lost):
        yield "leaves a call of a service under way, and no task that waits for it"


def _ending(run: Run) -> Json:
    """Return what tells the outcomes of an exploration apart."""
    error = None if run.error is None else [run.error.type, run.error.message]
    return [encode(run.result), error, len(run.leftovers), len(run.deadlock)]


def _itself(run: Run) -> Run:
    return run
