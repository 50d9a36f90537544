"""Messages between processes: a line of JSON each, read with limits."""

from __future__ import annotations

import json
import math

from looplab.runs.wire import Json, WireError

MAX_PARTS = 1_000_000
"""Of one line; each is two bytes there at least, and sixty in memory."""


def dumps(message: Json) -> bytes:
    """Return `message` as one line of JSON, with its line end.

    >>> dumps({"b": 1, "a": None})
    b'{"b":1,"a":null}\\n'
    """
    return _encode_json(message).encode("ascii") + b"\n"


_encode_json = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


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
        return _decode_json(line.decode())
    except WireError:
        raise
    except (ValueError, RecursionError) as error:
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


_decode_json = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite
).decode
