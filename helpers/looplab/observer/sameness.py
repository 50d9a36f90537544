"""When two plain values are the same: a test compares what a program gave with what it expects."""

from __future__ import annotations

import math
from typing import Any

from looplab.runs.wire import Value

TOLERANCE = 1e-9
"""Two numbers that differ by no more than this are the same."""


def same(one: Value, other: Value) -> bool:
    """Whether two plain values are equal, type by type; numbers within 1e-9.

    >>> same([1, (2.0, "a")], [1.0, (2, "a")])
    True
    >>> same(True, 1), same([1], (1,)), same(10**1000, 1)
    (False, False, False)
    """
    if _is_number(one) and _is_number(other):
        try:
            return one == other or math.isclose(one, other, rel_tol=0, abs_tol=TOLERANCE)
        except OverflowError:  # one of them is larger than any float
            return False
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)
