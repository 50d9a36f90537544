"""The arguments of an observed program: how they are copied to it, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from looplab.runs.failures import plain_text
from looplab.virtual.specs import Spec
from looplab.virtual.stand_ins import stand_in


def call_text(
    program: Any, args: Sequence[Any], take: int | None = None, cancel_at: float | None = None
) -> str:
    """Return a call as a test would write it, shortened.

    >>> call_text(max, [1, "b", [2, 3]])
    "max(1, 'b', [2, 3])"
    >>> call_text(iter, ["abc"], take=2)
    "iter('abc'), asked for 2 items,"
    >>> call_text(max, [1], cancel_at=1.5)
    'max(1), cancelled at 1.5 s,'
    """
    words = ", ".join(map(_name_text, args))
    call = f"{_name_text(program)}({words if len(words) <= 80 else words[:79] + '…'})"
    if cancel_at is not None:
        return f"{call}, cancelled at {cancel_at:g} s,"
    if take is None:
        return call
    return f"{call}, asked for {take} item{'' if take == 1 else 's'},"


def _name_text(value: Any) -> str:
    # A spec and a student's name have a name, a function has a __name__.
    for attribute in ("name", "__name__"):
        if isinstance(name := getattr(value, attribute, None), str):
            return name
    return plain_text(value, 60)


def sender(specs: list[Spec]) -> Callable[[object], Any]:
    """Return what encodes an argument: a spec by its number, and code by its own identity."""

    def reference(value: object) -> Any:
        if isinstance(value, Spec):
            specs.append(value)
            return {"$spec": len(specs) - 1}
        if callable(value):
            return {"$here": id(value)}
        raise TypeError(
            f"observe cannot hand a {type(value).__name__} to the program: "
            "make it inside the program, or pass plain values."
        )

    return reference


def receiver(specs: Sequence[Spec], args: Sequence[Any], world: Any) -> dict[str, Any]:
    """Return what builds the arguments again that `sender` has told."""
    here = {id(value): value for value in _parts(args) if callable(value)}

    def build(number: int) -> Any:
        return stand_in(specs[number].kind, number, specs[number].name, world)

    return {"$spec": build, "$here": here.__getitem__}


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _parts(item)
