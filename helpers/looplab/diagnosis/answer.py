"""The text of an answer: its lines, and what stands where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeVar

MAX_QUOTED = 76
"""Characters of a line that is quoted."""

_Node = TypeVar("_Node", bound=ast.AST)

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
"""Statements behind which nothing of the same block runs."""


class SharedText(str):
    """The text of an answer that calls what another cell defines: a line may be of either."""

    __slots__ = ()


class Answer:
    """A student's answer, as text.

    Args:
        source: the cell's text; empty where nobody knows it.

    >>> answer = Answer("def f():\\n    return g(1)")
    >>> answer.quoted(2), answer.call(2, "g"), answer.line_of("f")
    ('    return g(1)', 'g(1)', 1)
    """

    def __init__(self, source: str) -> None:
        self._shared = isinstance(source, SharedText)
        self._lines = source.splitlines()
        try:
            self._nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError):  # it has magics, for example
            self._nodes = []

    def about(self, line: int | None, call: str) -> Answer:
        """Return what is known of a line: nothing, where it may be of another cell.

        Args:
            line: of the program.
            call: the name of a function that is called there; empty if unknown.
        """
        mine = not self._shared or any(_last_name(c.func) == call for c in self._at(line, ast.Call))
        return Answer("\n".join(self._lines) if mine else "")

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

    def is_stub(self, line: int | None) -> bool:
        """Whether the function around a line holds nothing but that line and its docstring."""
        around = self._function_around(line)
        if around is None:
            return True
        body = around.body[1:] if ast.get_docstring(around) is not None else around.body
        return [statement.lineno for statement in body] == [line]

    def own_call(self, line: int | None) -> int | None:
        """Return the line at which the function around a line calls itself."""
        around = self._function_around(line)
        if around is None:
            return None
        calls = (node for node in ast.walk(around) if isinstance(node, ast.Call))
        return next((c.lineno for c in calls if _last_name(c.func) == around.name), None)

    def asynchronous_generator(self) -> int | None:
        """Return the line of the first `yield` in an `async def`."""
        inside = (each for each in self._all(ast.AsyncFunctionDef))
        lines = [each.lineno for around in inside for each in _own(around, ast.Yield)]
        return min(lines, default=None)

    def gives_nothing(self, name: str) -> int | None:
        """Return the last line of a function that has neither a `return` of a value nor a `yield`.

        None where it has one, or there is no such function.
        """
        functions = (each for each in self._nodes if isinstance(each, _Function))
        found = next((each for each in functions if each.name == name), None)
        if found is None or _own(found, ast.Yield | ast.YieldFrom):
            return None
        if any(each.value is not None for each in _own(found, ast.Return)):
            return None
        return found.body[-1].lineno

    def never_reached(self) -> tuple[int, int] | None:
        """Return the first line that no run reaches, and the one that leaves before it."""
        blocks = (getattr(node, "body", None) for node in self._nodes)
        lines = [
            (after.lineno, before.lineno)
            for block in blocks
            if isinstance(block, list)
            for before, after in pairwise(block)
            if isinstance(before, _LEAVES)
        ]
        return min(lines, default=None)

    def endless(self, line: int | None) -> int | None:
        """Return the line of a `while True` around a line that nothing in it leaves."""
        loop = self.while_around(line)
        if loop is None or not (isinstance(loop.test, ast.Constant) and loop.test.value):
            return None
        ways_out = ast.Break | ast.Return | ast.Raise | ast.Yield | ast.YieldFrom
        return None if _own(loop, ways_out) else loop.lineno

    def sleep_in_while(self) -> int | None:
        """Return the line of the first call of a `sleep` inside a `while` loop."""
        return next((line for line in self.calls("sleep") if self.while_around(line)), None)

    def swallowing(self, error: str = "CancelledError") -> int | None:
        """Return the line of the first `except` that takes an error and may raise nothing.

        Args:
            error: its class, which is no `Exception`.
        """
        lines = [
            handler.lineno
            for handler in self._all(ast.ExceptHandler)
            if _takes(handler.type, error)
            and not any(isinstance(statement, ast.Raise) for statement in handler.body)
        ]
        return min(lines, default=None)

    def _function_around(self, line: int | None) -> _Function | None:
        """Return the innermost function that a line is in."""
        functions = (each for each in self._nodes if isinstance(each, _Function))
        around = [f for f in functions if line and f.lineno <= line <= (f.end_lineno or 0)]
        return max(around, key=lambda each: each.lineno, default=None)

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


def _own(root: ast.AST, kinds: Any) -> list[Any]:
    """Return what is in a function or a loop, and in no function inside it."""
    found, todo = [], list(ast.iter_child_nodes(root))
    while todo:
        node = todo.pop()
        found += [node] if isinstance(node, kinds) else []
        if not isinstance(node, _Function | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)
    return found


def _takes(kind: ast.expr | None, error: str) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(_takes(each, error) for each in kind.elts)
    return kind is None or _last_name(kind) in ("BaseException", error)
