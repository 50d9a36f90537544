"""Values and records as tagged JSON, with limits: the only thing that crosses a process border.

A value is encoded by its exact type. What has no exact form, a subclass of a
builtin included, becomes an `Opaque`: a type's name and a text, equal to nothing.
So an object that claims to equal everything loses that power when it crosses.

    >>> decode(encode({"took": (2, 1.5)}))
    {'took': (2, 1.5)}
    >>> class Sly(int):
    ...     def __eq__(self, other): return True
    >>> decode(encode(Sly(3))) == 3
    False

Nothing is pickled and nothing is imported: `decode` builds plain values only, and
`unpack` builds only the dataclasses it is told to.
"""

from __future__ import annotations

import contextlib
import json
import math
import types
import typing
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from looplab.runs.failures import Failure, describe_exception, plain_text

MAX_DEPTH = 40
MAX_NODES = 100_000
MAX_TEXT = 100_000
MAX_INT_BITS = 4_096
MAX_SAME_HASH = 100

Json = Any
Value = Any
"""Annotates a field that holds any value: it is encoded and decoded by tags."""

T = TypeVar("T")


class WireError(ValueError):
    """What came over the wire is not what the schema allows."""


@dataclass(frozen=True, eq=False)
class Opaque:
    """A value that cannot cross: what it was, in words. It is equal to nothing else.

    Attributes:
        type: the name of its class.
        text: its repr without memory addresses, shortened.
    """

    type: str
    text: str

    def __repr__(self) -> str:
        return self.text


class _Budget:
    def __init__(self) -> None:
        self.nodes = MAX_NODES

    def spend(self) -> None:
        self.nodes -= 1
        if self.nodes < 0:
            raise WireError(f"The value has more than {MAX_NODES} parts; send a smaller one.")


Reference = Callable[[object], Json]
"""Gives the JSON of a value that only one side can build, or None where it is not one."""


def encode(value: Value, reference: Reference | None = None) -> Json:
    """Return `value` as JSON that `decode` turns back into an equal plain value.

    Args:
        value: anything.
        reference: asked first about each value that has no exact form.

    Raises:
        WireError: the value has more than `MAX_NODES` parts.

    >>> encode((1, float("inf"), b"x"))
    {'$tuple': [1, {'$float': 'inf'}, {'$bytes': '78'}]}
    """
    return _encode(value, reference, _Budget(), 0)


def _encode(  # noqa: PLR0912  # a branch for each type
    value: Value, reference: Reference | None, budget: _Budget, depth: int
) -> Json:
    budget.spend()
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int and value.bit_length() <= MAX_INT_BITS:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if kind is str and len(value) <= MAX_TEXT:
        return value
    if kind is bytes and len(value) <= MAX_TEXT:
        return {"$bytes": value.hex()}
    if depth < MAX_DEPTH:

        def inner(item: Value) -> Json:
            return _encode(item, reference, budget, depth + 1)

        if kind is list:
            return [inner(item) for item in value]
        if kind is tuple:
            return {"$tuple": [inner(item) for item in value]}
        if kind is set or kind is frozenset:
            return {"$set": sorted((inner(item) for item in value), key=json.dumps)}
        if kind is dict:
            return {"$dict": [[inner(key), inner(item)] for key, item in value.items()]}
    if kind is Failure:
        return {"$failure": pack(value)}
    if kind is Opaque:
        return {"$opaque": [value.type, value.text]}
    if reference is not None and (found := reference(value)) is not None:
        return found
    if isinstance(value, BaseException):
        return {"$failure": pack(describe_exception(value))}
    return {"$opaque": [str(kind.__name__)[:100], plain_text(value)]}


def decode(data: Json, build: dict[str, Callable[[Json], Value]] | None = None) -> Value:
    """Return the value that `encode` made `data` from.

    Args:
        data: parsed JSON, from anywhere.
        build: makes the value of a tag that is not one of the plain ones.

    Raises:
        WireError: `data` has an unknown tag, a wrong shape, or is too large or too deep.
    """
    return _decode(data, build or {}, _Budget(), 0)


def _decode(  # noqa: PLR0912  # a branch for each tag
    data: Json, build: dict[str, Callable[[Json], Value]], budget: _Budget, depth: int
) -> Value:
    budget.spend()
    if depth > MAX_DEPTH + 1:
        raise WireError(f"The value is nested deeper than {MAX_DEPTH}; send a flatter one.")

    def inner(item: Json) -> Value:
        return _decode(item, build, budget, depth + 1)

    if isinstance(data, list):
        return [inner(item) for item in data]
    if not isinstance(data, dict):
        return _bounded(data)
    if len(data) != 1:
        raise WireError("A tagged value has exactly one tag.")
    ((tag, body),) = data.items()
    if tag in build:
        return build[tag](body)
    try:
        match tag:
            case "$tuple":
                return tuple(inner(item) for item in _list(body))
            case "$set":
                return set(_spread([inner(item) for item in _list(body)]))
            case "$dict":
                pairs = [(inner(key), inner(item)) for key, item in _list(body)]
                _spread([key for key, _ in pairs])
                return dict(pairs)
            case "$float" if body in ("inf", "-inf", "nan"):
                return float(body)
            case "$bytes":
                return bytes.fromhex(body)
            case "$failure":
                return unpack(Failure, body)
            case "$opaque":
                kind, text = _list(body)
                if isinstance(kind, str) and isinstance(text, str):
                    return Opaque(kind, text)
    except (TypeError, ValueError) as error:
        raise WireError(f"A value tagged {tag!r:.20} has a wrong shape.") from error
    raise WireError(f"No value is tagged {tag!r:.20}.")


def _list(body: Json) -> list[Json]:
    if not isinstance(body, list):
        raise WireError("A list was expected.")
    return body


def _bounded(data: Json) -> Value:
    """Return a text or a number that `encode` could have sent."""
    if isinstance(data, str) and len(data) > MAX_TEXT:
        raise WireError(f"A text has more than {MAX_TEXT:,} characters; send a shorter one.")
    if isinstance(data, int) and data.bit_length() > MAX_INT_BITS:
        raise WireError(f"A number has more than {MAX_INT_BITS:,} bits; send a smaller one.")
    return data


def _spread(members: list[Value]) -> list[Value]:
    """Return what is to be hashed, unless it was chosen to be slow.

    A number's hash is no secret: to put 100,000 numbers of one hash into a set takes minutes.
    """
    if len(members) - len({hash(member) for member in members}) > MAX_SAME_HASH:
        raise WireError("Too many members of a set have the same hash.")
    return members


# Records: dataclasses, by their annotations


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(typing.cast(type, cls))


def pack(record: Any, kind: type | None = None) -> dict[str, Json]:
    """Return a dataclass of this package as JSON, field by field.

    Args:
        record: the dataclass.
        kind: one of its bases, to have only the fields of that.

    >>> pack(Failure("KeyError", ("KeyError",), "'x'"))["type"]
    'KeyError'
    """
    return {
        name: getattr(record, name) if write is None else write(getattr(record, name))
        for name, write in _writers(kind or type(record))
    }


@cache
def _writers(cls: Hashable) -> list[tuple[str, Callable[[Any], Json] | None]]:
    hints = _hints(cls)
    return [(f.name, _writer(hints[f.name])) for f in fields(typing.cast(Any, cls))]


def _writer(hint: Any) -> Callable[[Any], Json] | None:
    """Return what makes JSON of a part with that annotation; None where it is JSON as it is."""
    if hint is Value:
        return encode
    if is_dataclass(hint):
        return pack
    if get_origin(hint) is tuple:
        write = _writer(get_args(hint)[0])
        return list if write is None else lambda parts: [write(part) for part in parts]
    options = [option for option in get_args(hint) if is_dataclass(option)]
    return (lambda value: None if value is None else pack(value)) if options else None


def unpack(cls: type[T], data: Json) -> T:
    """Return the dataclass `cls` that `data` describes, if its schema allows it.

    Every field must be there, no other may be, and each must have the type that
    `cls` declares: `data` comes out of a sandbox.

    Raises:
        WireError: `data` does not fit the schema.

    >>> unpack(Failure, {"type": 3})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    looplab.runs.wire.WireError: A Failure needs exactly the fields type, bases, ...
    """
    return typing.cast(T, _unpack_record(cls, data, 0))


def _unpack_record(cls: Any, data: Json, depth: int) -> Any:
    readers = _readers(cls)
    if not isinstance(data, dict) or data.keys() != readers.keys():
        raise WireError(f"A {cls.__name__} needs exactly the fields {', '.join(readers)}.")
    values = {}
    for name, read in readers.items():
        try:
            values[name] = read(data[name], depth + 1)
        except WireError as error:
            raise WireError(f"{cls.__name__}.{name}: {error}") from None
    return cls(**values)


_Read = Callable[[Json, int], Any]
"""Reads one part of a record, at a depth."""


@cache
def _readers(cls: Hashable) -> dict[str, _Read]:
    hints = _hints(cls)
    return {f.name: _reader(hints[f.name]) for f in fields(typing.cast(Any, cls))}


# A submission sends hundreds of runs of hundreds of parts: what an annotation means is
# found out once, and not for each part.
@cache
def _reader(hint: Hashable) -> _Read:
    """Return what reads a part with that annotation."""
    read = _reader_of_the_plain(hint)
    if not (hint is Value or is_dataclass(hint) or get_args(hint)):
        return read  # a leaf, as deep as what it hangs on

    def read_in_bounds(data: Json, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError("The record is nested too deep.")
        return read(data, depth)

    return read_in_bounds


def _reader_of_the_plain(hint: Any) -> _Read:
    if hint is Value:
        return lambda data, _: decode(data)
    if is_dataclass(hint):
        return lambda data, depth: _unpack_record(hint, data, depth)
    origin = get_origin(hint)
    if origin is Literal:
        return _one_of(get_args(hint))
    if origin in (Union, types.UnionType):
        return _any_of(hint)
    if origin is tuple:
        read = _reader(get_args(hint)[0])

        def read_all(data: Json, depth: int) -> Any:
            if not isinstance(data, list):
                raise WireError("a list was expected")
            return tuple([read(item, depth + 1) for item in data])

        return read_all
    return _float if hint is float else _exactly(hint)


def _one_of(words: tuple[Any, ...]) -> _Read:
    def read(data: Json, _: int) -> Any:
        if data in words and isinstance(data, str):
            return data
        raise WireError(f"one of {', '.join(map(repr, words))} was expected")

    return read


def _any_of(hint: Any) -> _Read:
    exact = {each for each in get_args(hint) if each in (int, str, bool, type(None))}
    options = [_reader(option) for option in get_args(hint)]

    def read(data: Json, depth: int) -> Any:
        if type(data) in exact:
            return data
        for option in options:
            with contextlib.suppress(WireError):
                return option(data, depth)
        raise WireError(f"{hint} was expected")

    return read


def _float(data: Json, _: int) -> float:
    if type(data) in (int, float):
        with contextlib.suppress(OverflowError):
            return float(data)
    raise WireError("float was expected")


def _exactly(hint: Any) -> _Read:
    def read(data: Json, _: int) -> Any:
        if type(data) is hint:
            return data
        raise WireError(f"{getattr(hint, '__name__', hint)} was expected")

    return read
