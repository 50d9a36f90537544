"""How a generator is resumed, and with what: `next`, `send`, `throw` or `close`.

Python tells a trace that a generator runs on, and not what was sent into it. But the value of
`word = yield` is in `word` as soon as anything else happens; where it has no name, nobody knows.
"""

from __future__ import annotations

import dis
import types
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from looplab.recorder.remarks import brief

METHODS = ("send", "throw", "close")
"""What a generator is resumed by, besides `next`."""


class Resumption:
    """What comes into a generator in one step, as far as is known yet.

    Args:
        tell: told what is to be said of the step.
        frame: the generator's, which is about to run.
        method: by which it is resumed; empty where that is `next`, or nobody has said it.
        outer: that of the generator which hands on by `yield from` what it gets.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        frame: types.FrameType,
        method: str,
        outer: Resumption | None,
    ) -> None:
        after = _after_yield(frame.f_code).get(frame.f_lasti, _AfterYield())
        self._tell, self._target, self._outer = tell, after.target, outer
        self.method: str = outer.method if outer is not None and not method else method
        self.hands_on = after.delegates
        if self.method == "send":
            # A generator that has not begun takes None and nothing else.
            tell("send(None)" if frame.f_lasti not in _after_yield(frame.f_code) else "send")
        self.is_open = True
        """Whether the next thing that happens says more."""
        if self._target and self.method == "send":
            frame.f_trace_lines = True

    def look(self, frame: types.FrameType, event: str, argument: Any) -> None:
        """Take from the first thing that happens in the step what came in."""
        self.is_open = False
        if self.method == "send" and self._target in frame.f_locals:
            self._say(f"send({brief(frame.f_locals[self._target])})")
        elif event == "exception" and type(argument[1]) is GeneratorExit:
            self._tell("close()")
        elif event == "exception" and self.method == "throw":
            self._say(f"throw({brief(argument[1])[1:-1]})")

    def _say(self, text: str) -> None:
        self._tell(text)
        if self._outer is not None:
            self._outer._say(text)


_BY_YIELD_FROM = 2
"""The argument of RESUME that follows on a `yield from`."""


class _AfterYield(NamedTuple):
    """What a generator does first when it is resumed at one place.

    Attributes:
        target: the local variable that gets what is sent; empty where none does.
        delegates: whether it hands it on to another, by `yield from`.
    """

    target: str = ""
    delegates: bool = False


@cache
def _after_yield(code: types.CodeType) -> dict[int, _AfterYield]:
    """Return what follows on each yield, by where a suspended frame of that code may stand."""
    found = {}
    # Not by `dis.get_instructions`, which asks each constant for its repr.
    bytecode = code.co_code
    parts = [
        (at, dis.opname[bytecode[at]], bytecode[at + 1])
        for at in range(0, len(bytecode), 2)
        if dis.opname[bytecode[at]] != "CACHE"
    ]
    for (yields, name, _), (resumes, _, how), (_, then, variable) in zip(
        parts, parts[1:], parts[2:], strict=False
    ):
        if name == "YIELD_VALUE":
            target = ""
            if then in ("STORE_FAST", "STORE_DEREF"):
                target = _variable(code, variable)
            elif then.startswith("STORE_FAST_"):  # from 3.13 on: two things in one
                target = _variable(code, variable >> 4)
            after = _AfterYield(target, how & 3 == _BY_YIELD_FROM)
            found[yields] = found[resumes] = after
    return found


def _variable(code: types.CodeType, number: int) -> str:
    name: str = code._varname_from_oparg(number)  # type: ignore[attr-defined]  # dis asks it, too
    return name
