"""The text of an answer: its lines, and what stands where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

MAX_QUOTED = 76
"""Characters of a line that is quoted."""

_Node = TypeVar("_Node", bound=ast.AST)


class Answer:
    """A student's answer, as text.

    Args:
        source: the cell's text; empty where nobody knows it.

    >>> answer = Answer("def f():\\n    return g(1)")
    >>> answer.quoted(2), answer.call(2, "g"), answer.line_of("f")
    ('    return g(1)', 'g(1)', 1)
    """

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()
        try:
            self._nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError):  # it has magics, for example
            self._nodes = []

    def quoted(self, line: int | None) -> str:
        """Return a line as it stands there; empty where it is not known."""
        if line is None or not 0 < line <= len(self._lines):
            return ""
        text = self._lines[line - 1].rstrip().expandtabs(4)
        return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"

    def ends_before(self, line: int) -> bool:
        """Whether the answer is known, and has no such line."""
        return 0 < len(self._lines) < line

    def call(self, line: int | None, name: str) -> str:
        """Return the call of a function that begins in a line, in words."""
        for call in self._at(line, ast.Call):
            if _last_name(call.func) == name:
                return ast.unparse(call)[:60]
        return f"{name}(...)"

    def calls(self, *names: str) -> list[int]:
        """Return the lines of the calls of functions, or methods, of these names."""
        calls = self._all(ast.Call)
        return sorted(call.lineno for call in calls if _last_name(call.func) in names)

    def returns_in(self, line: int | None) -> bool:
        """Whether a `return` begins in a line."""
        return any(True for _ in self._at(line, ast.Return))

    def last_return(self) -> int | None:
        """Return the line of the last `return` of a value."""
        lines = [node.lineno for node in self._all(ast.Return) if node.value is not None]
        return max(lines, default=None)

    def line_of(self, name: str) -> int | None:
        """Return the line at which a function or a class of that name begins."""
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        named = (n for n in self._nodes if isinstance(n, kinds) and n.name == name)
        return next((node.lineno for node in named), None)

    def while_around(self, line: int | None) -> ast.While | None:
        """Return the innermost `while` loop that a line is in."""
        around = [
            loop
            for loop in self._all(ast.While)
            if line is not None and loop.lineno <= line <= (loop.end_lineno or 0)
        ]
        return max(around, key=lambda loop: loop.lineno, default=None)

    def sleep_in_while(self) -> int | None:
        """Return the line of the first call of a `sleep` inside a `while` loop."""
        return next((line for line in self.calls("sleep") if self.while_around(line)), None)

    def swallowing(self) -> int | None:
        """Return the line of the first `except` that takes a cancellation and may raise nothing."""
        lines = [
            handler.lineno
            for handler in self._all(ast.ExceptHandler)
            if _takes_cancellation(handler.type)
            and not any(isinstance(statement, ast.Raise) for statement in handler.body)
        ]
        return min(lines, default=None)

    def _all(self, kind: type[_Node]) -> Iterator[_Node]:
        return (node for node in self._nodes if isinstance(node, kind))

    def _at(self, line: int | None, kind: type[_Node]) -> Iterator[_Node]:
        return (node for node in self._all(kind) if getattr(node, "lineno", None) == line)


def reads_a_clock(loop: ast.While) -> bool:
    """Whether a loop asks what time it is."""
    clocks = {"time", "monotonic", "perf_counter", "now"}
    calls = (node for node in ast.walk(loop) if isinstance(node, ast.Call))
    return any(_last_name(call.func) in clocks for call in calls)


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _takes_cancellation(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(_takes_cancellation, kind.elts))
    return kind is None or _last_name(kind) in ("BaseException", "CancelledError")
