"""What of the lesson's own cells a subject has to run: definitions that are used, no demonstration.

A lesson shows as much as it asks, and what it shows takes time, some of it real. No answer needs
it. So of a cell that is the lesson's own, and as the lesson has it, only those statements run that
import something, call `enable` or `disable`, or bind or change a name which the student's cells,
the tests, or another such statement may use. Where the names that a cell uses cannot be read off
its text, all runs as it stands.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_WORDS = """
    __builtins__ __globals__ __import__ __main__ _ __ ___ In Out _ih _oh currentframe eval exec
    f_globals f_locals get_ipython globals importlib locals modules runpy stack vars
"""

REACHES_ANY_NAME = frozenset(_WORDS.split())
"""Words of a text that may use a name without saying it."""

SET_UP = frozenset({"enable", "disable"})
"""Functions of looplab's that change what comes after them."""


@dataclass(frozen=True)
class _Names:
    """What a text does to names: it uses some, binds others, or may change what they stand for."""

    used: frozenset[str]
    bound: frozenset[str]
    changed: frozenset[str]


@dataclass(frozen=True)
class _Part:
    """A statement of the lesson's own: in which cell, on which lines, and what it does to names."""

    place: int
    first: int
    last: int
    names: _Names
    imports: bool
    always: bool

    def binds(self, modules: frozenset[str]) -> frozenset[str]:
        """Return what it binds or may change; a call of a module's function changes no module."""
        return self.names.bound | self.names.changed - modules


def needed(own: Mapping[int, str], others: Iterable[str], tests: Iterable[str]) -> dict[int, str]:
    """Return what is to run of the lesson's own cells, by their place: each line where it was.

    Args:
        own: the text of each cell that is the lesson's own, as it stands there, by its place.
        others: the texts of the other cells that run.
        tests: the texts of the tests.

    >>> lesson = {1: "import time", 2: "def nap(): time.sleep(1)\\nnap()", 3: "x = 1"}
    >>> needed(lesson, ["def answer(): return nap()"], [])
    {1: 'import time', 2: 'def nap(): time.sleep(1)\\n'}
    >>> needed(lesson, ["def answer(): return eval('x')"], []) == lesson
    True
    """
    wanted: set[str] = set()
    for text in others:
        names = _names(text)
        if names is None or names.used & REACHES_ANY_NAME:
            return dict(own)
        wanted |= names.used
    for text in tests:
        names = _names_of_test(text)
        if names is None:
            return dict(own)
        wanted |= names.used - names.bound
    left: list[_Part] = []
    for place, text in own.items():
        parts = _parts(place, text)
        if parts is None:
            return dict(own)
        left += parts
    modules = frozenset[str]().union(*(part.names.bound for part in left if part.imports))
    chosen: list[_Part] = []
    while more := [part for part in left if part.always or part.binds(modules) & wanted]:
        left = [part for part in left if part not in more]
        chosen += more
        wanted.update(*(part.names.used for part in more))
    return _cut(own, chosen)


def why_missing(error: str, stopped: Iterable[tuple[str, str]], in_test: bool = False) -> str:
    """Return why a name is missing; empty where nobody knows.

    Args:
        error: the message of a NameError.
        stopped: of each cell that has not run to its end, its text, and how it stopped.
        in_test: whether the test asks for the name, and no line of the student's.

    >>> why_missing("name 'nap' is not defined", [("1 / 0", "..."), ("def nap(", "it stopped")])
    'it stopped'
    """
    found = re.match(r"name '(\w+)'", error)
    if found is None:
        return ""
    nobody = f"no cell defines `{found[1]}`: keep the name that the exercise gives"
    causes = (told for source, told in stopped if _binds(source, found[1]))
    return next(causes, nobody if in_test else "")


def _binds(source: str, name: str) -> bool:
    """Whether a cell binds a name when it runs; one that cannot be read, where it has that word."""
    names = _names(source)
    return name in (re.findall(r"\w+", source) if names is None else names.bound)


def _cut(own: Mapping[int, str], chosen: Iterable[_Part]) -> dict[int, str]:
    """Return the lines of what was chosen, each where it was; no cell of which nothing was."""
    lines: dict[int, set[int]] = {}
    for part in chosen:
        lines.setdefault(part.place, set()).update(range(part.first, part.last + 1))
    return {
        place: "".join(
            line if number in lines[place] else "\n"
            for number, line in enumerate(text.splitlines(True), 1)
            if number <= max(lines[place])
        )
        for place, text in own.items()
        if place in lines
    }


@cache  # of a lesson: every submission has the same ones
def _parts(place: int, source: str) -> list[_Part] | None:
    """Return the statements of a cell; None where it cannot be read."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    parts: list[_Part] = []
    for statement in body:
        names = _names(ast.unparse(statement))
        if names is None:
            return None
        first = min([statement.lineno, *(each.lineno for each in _decorators(statement))])
        last = statement.end_lineno or first
        imports = isinstance(statement, ast.Import | ast.ImportFrom)
        parts.append(_Part(place, first, last, names, imports, imports or _sets_up(statement)))
    return parts


def _decorators(statement: ast.stmt) -> list[ast.expr]:
    return list(getattr(statement, "decorator_list", []))


def _sets_up(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(func=ast.Name(name))):
            return name in SET_UP
    return False


@cache  # every submission has the same tests
def _names_of_test(source: str) -> _Names | None:
    return _names(source)


def _names(source: str) -> _Names | None:
    """Return what a text does to names; None where that cannot be read."""
    try:
        tree = ast.parse(source)
        todo = [symtable.symtable(source, "<cell>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    used: set[str] = set()
    bound: set[str] = set()
    changed: set[str] = set()
    while todo:
        scope = todo.pop()
        todo += scope.get_children()
        at_top = scope.get_type() == "module"
        for symbol in scope.get_symbols():
            if at_top or symbol.is_global():
                used |= {symbol.get_name()} if symbol.is_referenced() else set()
                bound |= {symbol.get_name()} if symbol.is_assigned() else set()
                bound |= {symbol.get_name()} if symbol.is_imported() else set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=[ast.alias("*"), *_]):
                return None
            case ast.ImportFrom(module=str(module)):
                used.add(module.partition(".")[0])
            case ast.Import(names=names):
                used |= {each.name.partition(".")[0] for each in names}
            case ast.Attribute(attr=word) | ast.Constant(str(word)) if word in REACHES_ANY_NAME:
                used.add(word)
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                bound |= _root(node)
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                bound |= _root(node)
            case ast.Expr(ast.Call(func=ast.Attribute() as method)):
                changed |= _root(method)  # `shelf.put(3)` changes the shelf
    return _Names(frozenset(used), frozenset(bound), frozenset(changed))


def _root(node: ast.expr) -> set[str]:
    """Return the name to which an attribute or an item belongs."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
