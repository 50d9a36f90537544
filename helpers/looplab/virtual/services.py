"""What a world does when a service is asked: when it answers, and what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from looplab.runs.wire import Value, WireError
from looplab.virtual.answers import Answer
from looplab.virtual.specs import Arrivals, Gen, Jobs, Spec, Store

Ended = Literal["returned", "raised", "exhausted", "cancelled", "cut short"]
"""How a call ended; `cut short`: it was cancelled a second time, in its clean-up."""

Ending = tuple[Answer, Ended]
"""What a call is answered, and how that ends it."""


class Ledger(Protocol):
    """Where services write down what they are asked: a `looplab.virtual.world.World`."""

    def note(self, service: str, method: str, arguments: tuple[Value, ...]) -> int:
        """Log the start of a call and return its number."""

    def end(self, number: int, outcome: Ended) -> None:
        """Log that call `number` ended now."""

    def promise(self, number: int, delay: float, give: Callable[[], Ending]) -> Answer:
        """Answer call `number` in `delay` seconds; its number is the ticket to wait for."""

    def withdraw(self, number: int, outcome: Ended | None = "cancelled") -> bool:
        """Forget a promise, if it is still kept: nobody waits for it any more.

        Args:
            number: of the call.
            outcome: how the call has ended with that; None where it goes on.

        Returns:
            Whether it was still kept.
        """


Service = Callable[[str, tuple[Value, ...]], Answer]


def serve(spec: Spec, world: Ledger) -> Service:
    """Return what answers the questions to the service that a spec describes."""
    match spec:
        case Jobs():
            return _JobService(spec, world)
        case Gen():
            return _GenService(spec, world)
        case Arrivals():
            return _ArrivalsService(spec, world)
        case Store():
            return _StoreService(spec, world)


class _JobService:
    def __init__(self, spec: Jobs, world: Ledger) -> None:
        self.spec, self.world, self.errors = spec, world, dict(spec.errors)
        self.running: dict[int, int] = {}
        self.called = 0

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method == "cancel" and len(arguments) == 1:
            return self._cancel(arguments[0])
        if method != "call":
            raise WireError("A job is called or cancelled.")
        number = self.world.note(self.spec.name, "call", arguments)
        index = arguments[0] if len(arguments) == 1 else None
        count = len(self.spec.delays)
        if self.spec.in_turn:
            index, self.called = self.called, self.called + 1
        if type(index) is not int or not 0 <= index < count:
            self.world.end(number, "raised")
            told = f"job takes one number from 0 to {count - 1}"
            if self.spec.in_turn:
                told = f"it is called more than {count} times"
            return Answer("raise", ValueError(told))
        error = self.errors.get(index)
        ending: Ending = Answer("value", self.spec.results[index]), "returned"
        if error is not None:
            ending = Answer("raise", error), "raised"
        self.running[number] = index
        return self.world.promise(number, self.spec.delays[index], lambda: ending)

    def _cancel(self, number: int) -> Answer:
        """Let a job end: at once, or after its clean-up, unless it is in that already."""
        index = self.running.pop(number, None)
        if index is None:
            self.world.withdraw(number, "cut short")
        elif not self.spec.clean_ups[index]:
            self.world.withdraw(number)
        elif self.world.withdraw(number, None):
            seconds = self.spec.clean_ups[index]
            return self.world.promise(number, seconds, lambda: (Answer("value"), "cancelled"))
        return Answer("value")


class _StoreService:
    def __init__(self, spec: Store, world: Ledger) -> None:
        self.spec, self.world, self.errors = spec, world, dict(spec.errors)
        self.value, self.uses = spec.value, 0

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method == "cancel" and len(arguments) == 1:
            self.world.withdraw(arguments[0])
            return Answer("value")
        if (method, len(arguments)) not in (("read", 0), ("write", 1)):
            raise WireError("A store is read, or written one value.")
        number = self.world.note(self.spec.name, method, arguments)
        error = self.errors.get(self.uses)
        self.uses += 1

        def give() -> Ending:
            if error is not None:
                return Answer("raise", error), "raised"
            if method == "read":
                return Answer("value", self.value), "returned"
            [self.value] = arguments
            return Answer("value"), "returned"

        return self.world.promise(number, self.spec.delay, give)


class _ArrivalsService:
    def __init__(self, spec: Arrivals, world: Ledger) -> None:
        self.spec, self.world, self.given = spec, world, 0

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method == "cancel" and len(arguments) == 1:
            self.world.withdraw(arguments[0])
            return Answer("value")
        if method != "next" or arguments:
            raise WireError("A source is asked for its next item.")
        number = self.world.note(self.spec.name, method, arguments)
        over = self.given >= len(self.spec.items)
        if pause := self.spec.last if over else self.spec.pause:
            return self.world.promise(number, pause, self._give)
        answer, outcome = self._give()
        self.world.end(number, outcome)
        return answer

    def _give(self) -> Ending:
        if self.given < len(self.spec.items):
            self.given += 1
            return Answer("value", self.spec.items[self.given - 1]), "returned"
        if self.spec.error is not None:
            return Answer("raise", self.spec.error), "raised"
        return Answer("end"), "exhausted"


class _GenService:
    def __init__(self, spec: Gen, world: Ledger) -> None:
        self.spec, self.world, self.taken = spec, world, 0
        self.over = False

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method not in ("next", "close") or arguments:
            raise WireError("A generator is asked for its next item or closed.")
        number = self.world.note(self.spec.name, method, arguments)
        answer, outcome = self._answer(method)
        self.world.end(number, outcome)
        return answer

    def _answer(self, method: str) -> Ending:
        if method == "close":
            self.over = True
            return Answer("value"), "returned"
        if self.over:
            return Answer("end"), "exhausted"
        items = self.spec.items
        if self.taken < len(items) or self.spec.endless:
            item = items[self.taken % len(items)]
            self.taken += 1
            return Answer("value", item), "returned"
        self.over = True
        if self.spec.error is not None:
            return Answer("raise", self.spec.error), "raised"
        return Answer("end"), "exhausted"
