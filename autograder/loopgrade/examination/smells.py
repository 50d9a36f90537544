"""What in the text of a cell smells of tampering: for a human to look at, no points hang on it.

What watches a program from inside (`looplab.subject.noticing`) runs beside it, and can be switched
off by it. A text cannot. So the examiner reads it too, as `ast`, and runs nothing of it. It looks
for what nobody needs who writes a program, and anybody needs who bends what judges it: private
names of asyncio's and looplab's, what is inside closures and frames, attributes set on a loop or a
task, and names that are put together where they could be written.

It tells words of its own only, with the line, and names only where they are asyncio's or looplab's.

    >>> smells("import asyncio\\nloop = asyncio.get_running_loop()\\nloop.call_later = print")
    ['sets an attribute of a loop, a task or a future (line 3)']
    >>> smells("class Box:\\n  def set(self): self._own = 3\\n  def get(self): return self._own")
    []
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import looplab
from loopgrade.examination.notation import MAX_SOURCE

_MAX_TOLD = 10
"""Smells that are told of one cell."""

_UNREADABLE = "has a cell that is too long, or too deep, to be read"

_INSIDE = frozenset(
    {"__closure__", "__globals__", "__subclasses__", "__builtins__", "cell_contents"}
    | {"f_back", "f_builtins", "f_globals", "f_locals", "__getattribute__"}
    | {"settrace", "setprofile", "addaudithook", "_current_frames", "_getframe"}
    | {"get_objects", "get_referents", "get_referrers"}
)
"""Attributes by which one gets at what was not handed over, or at what watches."""

_OF_LIBRARIES = frozenset({"_asdict", "_exit", "_field_defaults", "_fields", "_make", "_replace"})
"""What begins with an underscore and is public all the same."""

_BY_NAME = frozenset({"getattr", "setattr", "delattr", "hasattr", "attrgetter", "methodcaller"})
_GIVE_LOOPS = frozenset(
    {"get_running_loop", "get_event_loop", "new_event_loop", "get_loop", "current_task"}
    | {"create_task", "ensure_future", "create_future", "run_in_executor"}
)
_RUN_TEXT = frozenset({"exec", "eval", "compile", "__import__", "import_module", "run_path"})
_COMPARE = frozenset({"__eq__", "__ne__", "__lt__", "__gt__", "__le__", "__ge__", "__len__"})
_PLAIN = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
)
_SEALED = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__bases__"})
_WATCHED = {"asyncio": asyncio, "builtins": builtins, "time": time}


def smells(source: str) -> list[str]:
    """Return what smells in a cell, in words that continue "the code ...", by its lines.

    Args:
        source: the cell, as Python.
    """
    if len(source) > MAX_SOURCE:
        return [_UNREADABLE]
    try:
        tree = ast.parse(source)
        found = sorted(set(_Nose(tree).found))
    except (SyntaxError, ValueError):
        return []  # it does not run either
    except (RecursionError, MemoryError):
        return [_UNREADABLE]
    return [f"{words} (line {line})" for line, words in found[:_MAX_TOLD]]


@cache
def _sources() -> str:
    folders = (Path(asyncio.__file__).parent, Path(looplab.__file__).parent)
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
    )


@cache
def known_names() -> frozenset[str]:
    """Return every name that stands in the sources of asyncio and looplab, or is a builtin."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", _sources())) | {*dir(builtins), *dir(time)}


@cache
def _private_names() -> frozenset[str]:
    """Return the private attributes of asyncio's and looplab's."""
    slots = {name for kind in (asyncio.Task, asyncio.Future) for name in dir(kind)}
    found = set(re.findall(r"\b_[a-z]\w*", _sources())) | slots
    return frozenset(name for name in found if _is_private(name))


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in _OF_LIBRARIES


class _Nose(ast.NodeVisitor):
    """Reads a cell.

    Attributes:
        found: the line and the words of each smell.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[tuple[int, str]] = []
        self._own = frozenset(_defined(tree))
        self._loops = frozenset(_loops(tree))
        # What a `with` at the top patches is as it was before the cell ends.
        blocks = (each for each in tree.body if isinstance(each, ast.With | ast.AsyncWith))
        self._at_the_top = {item.context_expr for block in blocks for item in block.items}
        self.visit(tree)

    def _tell(self, node: ast.AST, words: str) -> None:
        self.found.append((getattr(node, "lineno", 1), words))

    # Names and attributes

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._look_at_name(node, node.attr, node.value)
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._look_at_change(node, node.value, node.attr)
        if node.attr == "__dict__" and self._is_loop(node.value):
            self._tell(node, _SETS)
        if node.attr == "modules" and isinstance(node.value, ast.Name) and node.value.id == "sys":
            self._tell(node, "takes modules from sys.modules")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == "__builtins__":
            self._tell(node, _LOOKS_INSIDE)

    def _look_at_name(self, node: ast.AST, name: str, owner: ast.expr | None) -> None:
        if name in _INSIDE:
            self._tell(node, _LOOKS_INSIDE)
        elif _is_private(name) and not self._is_its_own(name, owner):
            if name in _private_names():
                self._tell(node, f"uses a private name of asyncio's or looplab's: {name}")
            elif owner is not None and _root(owner) in _WATCHED:
                self._tell(node, "uses a private name of a module")

    def _is_its_own(self, name: str, owner: ast.expr | None) -> bool:
        # The cell has a class with such an attribute, and this is an object of some name.
        return name in self._own and isinstance(owner, ast.Name) and owner.id not in self._loops

    def _is_loop(self, node: ast.expr) -> bool:
        """Whether an expression is, as far as one can read, a loop, a task or a future."""
        match node:
            case ast.Name(id=name):
                return name in self._loops or name in ("loop", "_loop")
            case ast.Attribute(attr=name):
                return name in ("loop", "_loop")
            case ast.Call(func=ast.Name(id="type"), args=[inner]):
                return self._is_loop(inner)
        return _gives_loop(node)

    # What is changed

    def _look_at_change(self, node: ast.AST, owner: ast.expr, name: str | None) -> None:
        if self._is_loop(owner):
            self._tell(node, _SETS)
        if name in _SEALED:
            self._tell(node, "changes the code, the defaults or the bases of something")
        root = _root(owner)
        if root == "looplab" or (name and root in _WATCHED and _is_there(owner, name)):
            self._tell(node, "sets an attribute of asyncio, time, builtins or looplab")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bound = {name for name, _ in _bindings_of(node)}
        if "__class__" in bound:
            self._tell(node, "makes a class whose objects say that they are of another one")
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        if bases & _PLAIN and bound & _COMPARE:
            self._tell(node, "makes a plain type whose values compare in another way")
        self.generic_visit(node)

    # Calls

    def visit_Call(self, node: ast.Call) -> None:
        called = _called(node.func)
        if called in _BY_NAME or called in ("__setattr__", "__delattr__", "object"):
            self._look_at_names(node, called)
        if called == "vars" and node.args and self._is_loop(node.args[0]):
            self._tell(node, _SETS)
        if called in _RUN_TEXT and node.args:
            self._look_at_text(node, called)
        if called in ("patch", "setattr") and node.args and node not in self._at_the_top:
            root = str(_folded(node.args[0])).partition(".")[0]
            if root in _WATCHED or root == "looplab":
                self._tell(node, "sets an attribute of asyncio, time, builtins or looplab")
        self.generic_visit(node)

    def _look_at_names(self, node: ast.Call, called: str) -> None:
        """Look at the names in `getattr(x, name)` and its like."""
        by_operator = called in ("attrgetter", "methodcaller")
        names = node.args if by_operator else node.args[1:2]
        owner = None if by_operator or not node.args else node.args[0]
        for each in names:
            told = _folded(each)
            for part in told.split(".") if isinstance(told, str) else ():
                self._look_at_name(node, part, owner)
            if isinstance(each, ast.Constant | ast.Name | ast.Starred):
                continue
            self._tell(node, "puts the name of an attribute together")
        changes = called in ("setattr", "delattr", "__setattr__", "__delattr__")
        if changes and owner is not None and not isinstance(_folded(owner), str):
            name = _folded(names[0]) if names else None
            self._look_at_change(node, owner, name if isinstance(name, str) else None)

    def _look_at_text(self, node: ast.Call, called: str) -> None:
        text = _folded(node.args[0])
        if not isinstance(text, str):
            self._tell(node, "runs a text, or imports a module, that it puts together")
        elif called in ("__import__", "import_module"):
            self._look_at_module(node, text)
        else:
            try:
                inner = _Nose(ast.parse(text)).found
            except (SyntaxError, ValueError):
                return
            self.found += [(node.lineno, words) for _, words in inner]

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            self._look_at_module(node, each.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self._look_at_module(node, module)
        for each in node.names:
            if module.partition(".")[0] in ("asyncio", "looplab", "concurrent"):
                self._look_at_name(node, each.name, None)
            if module == "looplab" and each.name in _rooms():
                self._look_at_module(node, f"looplab.{each.name}")

    def _look_at_module(self, node: ast.AST, module: str) -> None:
        if module.startswith("looplab.") and module != "looplab.legacy":
            self._tell(node, "imports a part of looplab's that is not for programs")
        elif module.partition(".")[0] in ("ctypes", "_ctypes", "_asyncio", "_testcapi"):
            self._tell(node, "imports ctypes or another inner part of Python's")

    # Texts that are put together

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = _folded(node)
        if isinstance(text, str) and (text in _INSIDE or text in _private_names()):
            self._tell(node, "puts the name of an attribute together")
        self.generic_visit(node)


_SETS = "sets an attribute of a loop, a task or a future"
_LOOKS_INSIDE = "looks into closures, frames or what else it was not given"


@cache
def _rooms() -> frozenset[str]:
    folder = Path(looplab.__file__).parent
    return frozenset(path.parent.name for path in folder.glob("*/__init__.py"))


def _defined(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes that the cell's own classes and their objects have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from (name for name, _ in _bindings_of(node))
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def _bindings_of(node: ast.ClassDef) -> Iterator[tuple[str, ast.AST]]:
    for each in node.body:
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, each
            case ast.Assign(targets=targets):
                yield from ((t.id, each) for t in targets if isinstance(t, ast.Name))
                for target in targets:
                    if isinstance(target, ast.Tuple):
                        yield from ((t.id, each) for t in target.elts if isinstance(t, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, each


def _loops(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are bound to a loop, a task or a future."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _gives_loop(value):
                yield name
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=False):
                    if isinstance(target, ast.Name) and _gives_loop(value):
                        yield target.id
            case ast.NamedExpr(target=ast.Name(id=name), value=value) if _gives_loop(value):
                yield name


def _gives_loop(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _called(node.func) in _GIVE_LOOPS


def _called(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_there(owner: ast.expr, name: str) -> bool:
    """Whether an attribute of a watched module is there already: a new one harms nobody."""
    path = [name]
    while isinstance(owner, ast.Attribute):
        path.append(owner.attr)
        owner = owner.value
    found: object = _WATCHED.get(owner.id) if isinstance(owner, ast.Name) else None
    for each in reversed(path):
        found = vars(found).get(each) if hasattr(found, "__dict__") else None
    return found is not None


def _folded(node: ast.expr) -> object:
    """Return the constant that an expression is; None where it is none that one can read."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, other = _folded(left), _folded(right)
            return one + other if isinstance(one, str) and isinstance(other, str) else None
        case ast.JoinedStr(values=values):
            parts = [_folded(each) for each in values]
            texts = [each for each in parts if isinstance(each, str)]
            return "".join(texts) if len(texts) == len(parts) else None
        case ast.FormattedValue(value=value):
            return _folded(value)
    return None
