"""What a program asks of its world, and what it is told."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol

from looplab.runs.wire import Json, Value, decode, encode


class TooMuch(BaseException):
    """The program went on for ever; it ends here.

    A BaseException, so that `except Exception` in the program does not swallow it.
    """


class Answer(NamedTuple):
    """What a service says: a value, an exception to raise, the end, or a ticket to wait for."""

    kind: Literal["value", "raise", "end", "ticket"]
    value: Value = None

    def to_json(self) -> Json:
        """Return the answer as JSON."""
        if isinstance(self.value, BaseException):
            return [self.kind, [type(self.value).__name__, encode(self.value.args)]]
        return [self.kind, encode(self.value)]

    @classmethod
    def from_json(cls, data: Json) -> Answer:
        """Return the answer that `data` describes; an exception becomes one to raise."""
        kind, body = data
        if kind == "raise":
            name, args = body
            return cls(kind, getattr(builtins, name)(*decode(args)))
        return cls(kind, decode(body))


class Clock(Protocol):
    """What a program's side needs of a world; `World` and the sandbox's remote one have it."""

    @property
    def now(self) -> float:
        """Seconds since the start of the run."""

    @property
    def shuffle(self) -> Callable[[int], int] | None:
        """Chooses who of so many ready ones runs next; None for who was ready first."""

    def ask(self, service: int, method: str, arguments: Sequence[Value]) -> Answer:
        """Use a service."""

    def advance(self, deadline: float | None) -> list[tuple[int, Answer]] | None:
        """Let time pass until `deadline` or until a service is done; None where nothing can be."""

    def block(self, seconds: float) -> None:
        """Let time pass while the program holds up its loop."""

    def finish(self) -> None:
        """Say that the program has ended: what happens from now on does not count."""
