# a named tuple is a pair
from typing import Any, NamedTuple


class Standing(NamedTuple):
    word: str
    value: Any = None


def outcome(future):
    if not future.done():
        return Standing("pending")
    if future.cancelled():
        return Standing("cancelled")
    error = future.exception()
    return Standing("result", future.result()) if error is None else Standing("exception", error)
