"""What an expression in a cell is, as far as it says so by itself."""

from __future__ import annotations

import ast
import contextlib
import re
import string
from collections.abc import Iterator

GIVE_LOOPS = frozenset(
    {"get_running_loop", "get_event_loop", "new_event_loop", "get_loop", "current_task"}
    | {"create_task", "ensure_future", "create_future", "run_in_executor"}
)
"""Functions and methods that return a loop, a task or a future."""


def gives_loop(node: ast.expr) -> bool:
    """Whether an expression calls what returns a loop, a task or a future."""
    return isinstance(node, ast.Call) and called(node.func) in GIVE_LOOPS


def called(node: ast.expr) -> str:
    """Return the name of what is called, without its module; empty where it has none."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def folded(node: ast.expr) -> object:
    """Return the constant that an expression is; None where it is none that one can read."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, other = folded(left), folded(right)
            return one + other if isinstance(one, str) and isinstance(other, str) else None
        case ast.JoinedStr(values=values):
            parts = [folded(each) for each in values]
            texts = [each for each in parts if isinstance(each, str)]
            return "".join(texts) if len(texts) == len(parts) else None
        case ast.FormattedValue(value=value):
            return folded(value)
    return None


def is_names(node: ast.expr) -> bool:
    """Whether an expression gives the dict of something's attributes."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__"
    return isinstance(node, ast.Call) and called(node.func) == "vars" and bool(node.args)


def asked_by_format(text: str) -> Iterator[str]:
    """Yield the attributes that a text asks for where it is formatted, as in `{0.name}`."""
    with contextlib.suppress(ValueError):
        for _, field, _, _ in string.Formatter().parse(text):
            if field and "." in field:
                yield from re.findall(r"\.(\w+)", field)


def asked_by_path(text: str) -> list[str]:
    """Return the names in a text that is a path of names, as `asyncio.tasks:sleep`."""
    return re.split(r"[.:]", text) if _PATH.fullmatch(text) else []


_PATH = re.compile(r"\w+([.:]\w+)+")


def ignores_itself(node: ast.AST) -> bool:
    """Whether a method, or a lambda that a class binds, answers without a look at its object."""
    function = node.value if isinstance(node, ast.Assign) else node
    if not isinstance(function, ast.FunctionDef | ast.Lambda):
        return False
    parameters = [*function.args.posonlyargs, *function.args.args]
    names = {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}
    return bool(parameters) and parameters[0].arg not in names and names != {"NotImplemented"}


_MAKE_TEXTS = frozenset(
    {"dir", "__dir__", "vars", "globals", "locals", "getmembers", "getmembers_static", "signature"}
    | {"chr", "join", "str", "repr", "format", "format_map", "replace", "translate", "decode"}
    | {"fromhex", "loads", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip", "lower"}
    | {"upper", "casefold", "split", "rsplit", "partition", "rpartition", "splitlines", "findall"}
    | {"group", "read", "readline", "readlines", "read_text", "getsource", "getsourcelines"}
    | {"getline", "getlines", "getdoc", "walk", "unparse"}
)
_HOLD_NAMES = frozenset(
    {"__dict__", "__name__", "__qualname__", "__all__", "__annotations__", "__doc__"}
    | {"co_names", "co_varnames", "co_freevars", "co_cellvars", "co_consts"}
)


def makes_text(node: ast.AST) -> bool:
    """Whether a text comes out of this that does not stand in the cell."""
    match node:
        case ast.Call(func=function):
            return called(function) in _MAKE_TEXTS
        case ast.Attribute(attr=name):
            return name in _HOLD_NAMES
        case ast.Subscript(slice=ast.Slice()) | ast.FormattedValue():
            return True
        case ast.BinOp(left=ast.Constant(value=str())) | ast.BinOp(right=ast.Constant(value=str())):
            return True
    return False
