"""What a world does when a service is asked: when it answers, and what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from looplab.runs.wire import Value, WireError
from looplab.virtual.answers import Answer
from looplab.virtual.specs import Gen, Jobs, Spec, Store

Ended = Literal["returned", "raised", "exhausted", "cancelled"]
"""How a call ended."""


class Ledger(Protocol):
    """Where services write down what they are asked: a `looplab.virtual.world.World`."""

    def note(self, service: str, method: str, arguments: tuple[Value, ...]) -> int:
        """Log the start of a call and return its number."""

    def end(self, number: int, outcome: Ended) -> None:
        """Log that call `number` ended now."""

    def promise(self, number: int, delay: float, give: Callable[[], Answer]) -> Answer:
        """Answer call `number` in `delay` seconds; its number is the ticket to wait for."""

    def withdraw(self, number: int) -> None:
        """Forget a promise: nobody waits for it any more."""


Service = Callable[[str, tuple[Value, ...]], Answer]


def serve(spec: Spec, world: Ledger) -> Service:
    """Return what answers the questions to the service that a spec describes."""
    if isinstance(spec, Jobs):
        return _JobService(spec, world)
    return _GenService(spec, world) if isinstance(spec, Gen) else _StoreService(spec, world)


class _JobService:
    def __init__(self, spec: Jobs, world: Ledger) -> None:
        self.spec, self.world, self.errors = spec, world, dict(spec.errors)

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method == "cancel" and len(arguments) == 1:
            self.world.withdraw(arguments[0])
            return Answer("value")
        if method != "call":
            raise WireError("A job is called or cancelled.")
        number = self.world.note(self.spec.name, "call", arguments)
        index = arguments[0] if len(arguments) == 1 else None
        if type(index) is not int or not 0 <= index < len(self.spec.delays):
            self.world.end(number, "raised")
            last = len(self.spec.delays) - 1
            return Answer("raise", ValueError(f"job takes one number from 0 to {last}"))
        error = self.errors.get(index)
        answer = Answer("value", self.spec.results[index])
        if error is not None:
            answer = Answer("raise", error)
        return self.world.promise(number, self.spec.delays[index], lambda: answer)


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

        def give() -> Answer:
            if error is not None:
                return Answer("raise", error)
            if method == "read":
                return Answer("value", self.value)
            [self.value] = arguments
            return Answer("value")

        return self.world.promise(number, self.spec.delay, give)


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

    def _answer(self, method: str) -> tuple[Answer, Ended]:
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
