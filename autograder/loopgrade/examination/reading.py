"""What can be read in the text of a cell: what its names stand for, which texts are written out.

Nothing of it is run, so it is a reading and no proof: a name that is bound in two ways stands
for both.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import defaultdict
from collections.abc import Container, Iterator
from functools import cached_property

from loopgrade.examination.expressions import called, gives_loop, makes_text

_DEPTH = 20
"""Names that stand for names are followed so far."""

_HANDED_ON = 20
"""Arguments of a call among which a function may be that is called later."""

_BUDGET = 20_000
"""Steps of following them in one cell; then one cannot tell what they stand for."""


class Text:
    """A cell's text.

    Args:
        tree: the cell.

    Attributes:
        defined: the attributes that the cell's own classes and their objects have.
        loops: the names that are bound to a loop, a task or a future.
        functions: the functions and classes that the cell defines, by name.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.defined = frozenset(defined(tree))
        self.loops = frozenset(loops(tree))
        self.functions: dict[str, ast.AST] = {}
        self._modules: dict[str, str] = {}
        self._values: dict[str, list[ast.expr | None]] = defaultdict(list)
        self._sources: dict[str, list[ast.AST]] = defaultdict(list)
        self._calls: dict[str, list[ast.Call]] = defaultdict(list)
        self._fields: dict[str, bool] = defaultdict(bool)
        self._makes_texts, self._budget = False, _BUDGET
        self._texts: list[str] = []
        starred: list[str] = []
        for node in ast.walk(tree):
            self._note_definition(node)
            self._note_binding(node)
            self._makes_texts |= makes_text(node)
            match node:
                case ast.Call():
                    self._note_call(node)
                case ast.Constant(value=str(text)):
                    self._texts.append(text)
                case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
                    starred.append(module)
        for module in starred:
            for name in _names_of(module):
                if not self.binds(name):
                    self._modules[name] = f"{module}.{name}"

    @property
    def is_too_long(self) -> bool:
        """Whether there were more names than can be followed."""
        return self._budget < 0

    def binds(self, name: str) -> bool:
        """Whether the cell itself says what a name stands for."""
        return bool(self._values[name]) or name in self.functions or name in self._modules

    def _note_call(self, node: ast.Call) -> None:
        self._calls[called(node.func)].append(node)
        for place, given in enumerate(node.args[:_HANDED_ON], 1):
            if isinstance(given, ast.Name):  # to be called with the rest, as by `call_soon`
                later = ast.Call(given, node.args[place:_HANDED_ON], [])
                self._calls[given.id].append(later)

    def _note_definition(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for each in names:
                    whole = each.name if each.asname else each.name.partition(".")[0]
                    self._modules[each.asname or whole] = whole
            case ast.ImportFrom(module=str(module), names=names):
                for each in names:
                    self._modules[each.asname or each.name] = f"{module}.{each.name}"
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.functions[node.name] = node
                self._note_parameters(node)
            case ast.ClassDef(name=name):
                self.functions[name] = node

    def _note_binding(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value, value)
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                self._bind(target, value, value)
            case ast.AugAssign(target=target, value=value):
                self._bind(target, None, value)
            case ast.For(target=target, iter=items) | ast.AsyncFor(target=target, iter=items):
                self._bind_each(target, items)
            case ast.comprehension(target=target, iter=items):
                self._bind_each(target, items)
            case ast.withitem(context_expr=given, optional_vars=ast.expr() as target):
                self._bind(target, None, given)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self._bind(ast.Name(name), None, _FROM_OUTSIDE)

    def _note_parameters(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Note what the parameters are given, where the function is only ever called."""
        names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        for place, name in enumerate(names):
            of_method = names[0] in ("self", "cls")
            given = _Parameter(node.name, place, name, of_method)
            self._bind(ast.Name(name), given, given)
        first = len(names) - len(node.args.defaults)
        for name, default in zip(names[first:], node.args.defaults, strict=True):
            self._bind(ast.Name(name), default, default)
        others = [*node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        for other in others:
            if other is not None:
                self._bind(ast.Name(other.arg), None, _FROM_OUTSIDE)

    def _bind(self, target: ast.expr, value: ast.expr | None, source: ast.expr) -> None:
        match target, value:
            case ast.Name(id=name), _:
                self._values[name].append(value)
                self._sources[name].append(source)
            case ast.Tuple(elts=targets) | ast.List(elts=targets), ast.Tuple(elts=values):
                for one, other in zip(targets, values, strict=False):
                    self._bind(one, other, other)
            case ast.Tuple(elts=targets) | ast.List(elts=targets), _:
                for one in targets:
                    self._bind(one, None, source)
            case ast.Starred(value=inner), _:
                self._bind(inner, None, source)

    def _bind_each(self, target: ast.expr, items: ast.expr) -> None:
        match items:
            case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
                for each in values:
                    self._bind(target, each, each)
            case ast.Call() if called(items.func) == "fields" and isinstance(target, ast.Name):
                self._fields[target.id] = True  # of a dataclass: they stand in its text
            case ast.Attribute(attr="__slots__" | "_fields" | "__match_args__"):
                self._bind(target, ast.Constant(None), items)
            case _:
                self._bind(target, None, items)

    def module(self, node: ast.expr, depth: int = 0) -> str:
        """Return the module, or what of it, that an expression names, as `asyncio.tasks.sleep`."""
        path: list[str] = []
        while isinstance(node, ast.Attribute):
            path.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        values = self._values[node.id]
        if len(values) == 1 and isinstance(values[0], ast.Name | ast.Attribute) and depth < _DEPTH:
            root = self.module(values[0], depth + 1)  # a name of the cell's own for it
        else:
            root = self._modules.get(node.id, node.id)
        return ".".join([root, *reversed(path)])

    def paths(self, node: ast.expr, depth: int = 0) -> Iterator[str]:
        """Yield all that `module` may give: also of what parameters are given, and out of lists."""
        self._budget -= 1
        if depth > _DEPTH or self._budget < 0:
            return
        yield self.module(node)
        todo: list[ast.expr | None] = []
        match node:
            case ast.Name(id=name):
                for value in self._values[name]:
                    todo += self._given(value) if isinstance(value, _Parameter) else [value]
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                todo += parts
            case ast.Dict(values=parts) | ast.BoolOp(values=parts):
                todo += parts
            case ast.Subscript(value=inner) | ast.NamedExpr(value=inner) | ast.Starred(value=inner):
                todo.append(inner)
            case ast.IfExp(body=one, orelse=other):
                todo += [one, other]
            case ast.Call(func=ast.Name(id=name), args=parts) if name in _TAKE_OUT:
                todo += parts
            case ast.Call(func=ast.Attribute(value=inner, attr="pop" | "get" | "copy")):
                todo.append(inner)
        for each in todo:
            if each is not None:
                yield from self.paths(each, depth + 1)

    def spelled_out(self, name: str, telling: Container[str], depth: int = 0) -> str:
        """Return the telling function that a name of the cell's stands for; empty where none."""
        self._budget -= 1
        found = _name_in(self._modules.get(name, ""))
        if found in telling or depth > _DEPTH or self._budget < 0:
            return found
        for value in self._values[name]:
            match value:
                case ast.Name(id=other):
                    found = self.spelled_out(other, telling, depth + 1) or other
                case ast.Attribute() if self.is_imported(value):
                    found = _name_in(self.module(value))
            if found in telling:
                return found
        return ""

    def is_of_own_objects(self, node: ast.expr, unknown: bool = False) -> bool:
        """Whether all that an expression is made of is the cell's own, and no part of asyncio's.

        Args:
            node: the expression.
            unknown: whether what no text in the cell tells of may be the cell's own.
        """
        todo: list[ast.AST] = [node]
        seen: set[str] = set()
        while todo:
            for each in ast.walk(todo.pop()):
                self._budget -= 1
                if self._budget < 0 or self._gives_loop(each):
                    return False
                if isinstance(each, _Parameter):
                    given = self._given(each)
                    if None in given and not (each.of_method or unknown):
                        return False
                    todo += [one for one in given if one is not None]
                elif isinstance(each, ast.Name) and each.id not in ("self", "cls", *seen):
                    seen.add(each.id)
                    sources = self._sources[each.id]
                    known = each.id in self.functions or hasattr(builtins, each.id)
                    root = self._modules.get(each.id, "").partition(".")[0]
                    if root in ("asyncio", "looplab"):
                        return False
                    if not (root or sources or known or unknown):
                        return False
                    todo += sources
        return True

    def _gives_loop(self, node: ast.AST) -> bool:
        """Whether this gives a loop, a task or a future, and is no function of the cell's own."""
        return (
            isinstance(node, ast.Call)
            and gives_loop(node)
            and called(node.func) not in self.functions
        )

    def is_imported(self, node: ast.expr) -> bool:
        """Whether an expression names a module, or what of it, that the cell imports."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self._modules

    def is_made_here(self, node: ast.expr) -> bool:
        """Whether an expression is a function of the cell's own, or what one of them gives."""
        match node:
            case ast.Call(func=ast.Name(id=name)):
                return name in self.functions
            case ast.Name(id=name) if name in self.functions:
                return True
            case ast.Name(id=name):
                values = self._values[name]
                return bool(values) and all(
                    isinstance(each, ast.Call) and self.is_made_here(each) for each in values
                )
        return False

    def texts(self, node: ast.expr) -> list[str] | None:
        """Return the texts that an expression can be; None where one cannot tell them."""
        found = self.written_out(node)
        if found is None and not self._makes_texts and self._is_of_here(node):
            # It is one of those that stand in the cell, and they need be told once.
            found, self._texts = self._texts, []
        return found

    def _is_of_here(self, node: ast.expr) -> bool:
        """Whether all that an expression is made of stands in this cell."""
        todo: list[ast.AST] = [node]
        seen: set[str] = set()
        while todo:
            self._budget -= 1
            if self._budget < 0:
                return False
            for each in ast.walk(todo.pop()):
                if isinstance(each, _Parameter):
                    given = self._given(each)
                    if None in given:
                        return False
                    todo += [one for one in given if one is not None]
                elif isinstance(each, ast.Name) and each.id not in seen:
                    seen.add(each.id)
                    sources = self._sources[each.id]
                    if not sources and each.id not in self._known:
                        return False
                    todo += sources
        return True

    @cached_property
    def _known(self) -> Container[str]:
        return {*self._modules, *self.functions, *dir(builtins)}

    def written_out(self, node: ast.expr, depth: int = 0) -> list[str] | None:
        """Return the texts that an expression can be; None where one cannot read them all."""
        self._budget -= 1
        if depth > _DEPTH or self._budget < 0:
            return None
        match node:
            case ast.Constant(value=value):
                return [value] if isinstance(value, str) else []
            case ast.IfExp(body=one, orelse=other):
                return self._all([one, other], depth)
            case _Parameter():
                return self._all(self._given(node), depth)
            case ast.Name(id=name) if self._values[name]:
                return self._all(self._values[name], depth)
            case ast.Attribute(attr="name", value=ast.Name(id=name)) if self._fields[name]:
                return []
        return None

    def _all(self, nodes: list[ast.expr | None], depth: int) -> list[str] | None:
        found: list[str] = []
        for node in nodes:
            texts = None if node is None else self.written_out(node, depth + 1)
            if texts is None:
                return None
            found += texts
        return found

    def _given(self, parameter: _Parameter) -> list[ast.expr | None]:
        if parameter.function in ("__getattr__", "__setattr__", "__delattr__"):
            return []  # the interpreter gives the name that stands in the program
        given: list[ast.expr | None] = []
        for call in self._calls[parameter.function]:
            self._budget -= 1
            by_name = [each.value for each in call.keywords if each.arg == parameter.name]
            bound = parameter.of_method and isinstance(call.func, ast.Attribute)
            place = parameter.place - bound
            by_place = call.args[place : place + 1]
            given += by_name or by_place or [None]
        return given or [None]


def _name_in(path: str) -> str:
    """Return the last name of a path; empty where it is one of `re`, which compiles no code."""
    return "" if path.startswith("re.") else path.rpartition(".")[2]


def _names_of(module: str) -> list[str]:
    """Return what `from module import *` gives, of a module that is here anyway."""
    found = sys.modules.get(module)
    return list(getattr(found, "__all__", ())) or [n for n in dir(found) if n[0] != "_"]


_TAKE_OUT = frozenset({"next", "iter", "list", "tuple", "set", "reversed", "sorted", "min", "max"})
"""Functions that give what they are given, or a part of it."""

_FROM_OUTSIDE = ast.Name("")
"""Stands for what no text of the cell's says."""


class _Parameter(ast.expr):
    """Stands for what a function is given."""

    def __init__(self, function: str, place: int, name: str, of_method: bool) -> None:
        super().__init__()
        self.function, self.place, self.name = function, place, name
        self.of_method = of_method


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes that the cell's own classes and their objects have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from (name for name, _ in bindings_of(node))
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def bindings_of(node: ast.ClassDef) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a class binds in its body, each with its statement."""
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


def loops(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are bound to a loop, a task or a future."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if gives_loop(value):
                yield name
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=False):
                    if isinstance(target, ast.Name) and gives_loop(value):
                        yield target.id
            case ast.NamedExpr(target=ast.Name(id=name), value=value) if gives_loop(value):
                yield name
