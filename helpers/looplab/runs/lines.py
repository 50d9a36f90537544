"""Messages between processes: a line of JSON each, read with limits."""

from __future__ import annotations

import json
import json.encoder
import math
from collections.abc import Callable
from typing import Any

from looplab.runs.wire import Json, WireError

MAX_PARTS = 1_000_000
"""Of one line; each is two bytes there at least, and sixty in memory."""


def dumps(message: Json) -> bytes:
    """Return `message` as one line of JSON, with its line end.

    >>> dumps({"b": 1, "a": None})
    b'{"b":1,"a":null}\\n'
    """
    return _encode_json(message).encode("ascii") + b"\n"


def _encoder() -> Callable[[Json], str]:
    """Return what writes JSON: in C where that is there, which no program can replace a part of."""
    usual = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    library: Any = json.encoder  # its parts in C are not in its stubs
    if library.c_make_encoder is None or library.c_encode_basestring_ascii is None:
        return usual.encode
    write, join = library.c_encode_basestring_ascii, "".join
    chunks = library.c_make_encoder(None, usual.default, write, None, ":", ",", False, False, False)
    return lambda message: join(chunks(message, 0))


_encode_json = _encoder()


def loads(line: bytes) -> Json:
    """Return the JSON of one line.

    Raises:
        WireError: it is not JSON, has a key twice, has NaN or an infinity, or is too deep
            or of too many parts.

    >>> loads(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    looplab.runs.wire.WireError: A line has the key 'a' twice.
    """
    # Before it is read: an empty list is two bytes in a line and sixty in memory.
    if sum(map(line.count, (b",", b"[", b"{"))) > MAX_PARTS:
        raise WireError(f"A line has more than {MAX_PARTS:,} parts.")
    try:
        text = line.decode().strip(" \t\r\n")
        message, end = _scan(text, 0)
        if end != len(text):
            raise ValueError("more than one")
        return message
    except WireError:
        raise
    except (ValueError, StopIteration, RecursionError) as error:
        raise WireError(f"A line is not JSON that can be read: {type(error).__name__}.") from None


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise WireError(f"A line has the key {key!r:.20} twice.")
        found[key] = value
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise WireError(f"A line has {text:.20}, which is larger than any float.")
    return number


def _no_constant(name: str) -> Json:
    raise WireError(f"A line has {name}, which is not JSON.")


_decoder: Any = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite
)
_scan: Callable[[str, int], tuple[Json, int]] = _decoder.scan_once
"""Reads JSON in C, where that is there: no program can replace a part of it."""
