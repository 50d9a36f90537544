"""What a test cell does: which names it uses, where, and what travels to the subject."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from loopgrade.authoring.names import bindings

OBSERVERS = frozenset({"observe", "explore"})
"""What runs a program."""

TEST_API = OBSERVERS | {"check", "expect", "jobs", "gens", "arrivals", "store", "SEED"}
"""What a test cell has without an import."""

# Sessions of Python and of IPython add these; not every process that runs a test has them.
_OF_SESSIONS = {"_", "copyright", "credits", "display", "exit", "get_ipython", "license", "quit"}
BUILTINS = frozenset(dir(builtins)) - _OF_SESSIONS


# What a cell does


@dataclass(frozen=True)
class Use:
    """One use of a name that is not local to a function.

    Attributes:
        node: where it stands.
        owner: the function or class at the top of the cell that it stands in.
        deferred: whether it is used when that function runs, not when the cell does.
    """

    node: ast.Name
    owner: str | None
    deferred: bool

    @property
    def name(self) -> str:
        """The name that is used."""
        return self.node.id

    @property
    def line(self) -> int:
        """Where it stands in the cell."""
        return self.node.lineno


Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class _Reader(ast.NodeVisitor):
    """Finds the uses of the names of a cell; what functions keep to themselves it leaves out."""

    def __init__(self) -> None:
        self.uses: list[Use] = []
        self.changed: list[Use] = []  # things whose attribute or item is set or deleted
        self.observations: list[ast.Call] = []
        self.awaits: list[ast.expr | ast.stmt] = []  # outside of every function
        self._scopes: list[tuple[frozenset[str], bool]] = []  # names, and whether of a class
        self._owner: str | None = None
        self._depth = 0  # of functions

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Store) and not self._is_local(node.id):
            self.uses.append(self._use(node))

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in OBSERVERS:
            self.observations.append(node)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note_change(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._note_change(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all(defaults_of(node.args))
        self._visit_inside([node.body], parameters_of(node.args))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        owner = self._enter(node)
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._scopes.append((bound_by(node.body), True))
        self._visit_all(node.body)
        self._scopes.pop()
        self._owner = owner

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._visit_comprehension(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._visit_comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._visit_comprehension(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._visit_comprehension(node, [node.key, node.value])

    def visit_Await(self, node: ast.Await) -> None:
        self._note_await(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._note_await(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._note_await(node)

    def _visit_function(self, node: Function) -> None:
        owner = self._enter(node)
        annotations = [arg.annotation for arg in arguments_of(node.args) if arg.annotation]
        returns = [node.returns] if node.returns else []
        self._visit_all([*node.decorator_list, *defaults_of(node.args), *annotations, *returns])
        self._visit_inside(node.body, parameters_of(node.args) | bound_by(node.body))
        self._owner = owner

    def _visit_inside(self, body: Iterable[ast.AST], names: frozenset[str]) -> None:
        self._scopes.append((names, False))
        self._depth += 1
        self._visit_all(body)
        self._depth -= 1
        self._scopes.pop()

    def _visit_comprehension(self, node: _Comprehension, result: Iterable[ast.expr]) -> None:
        first, *others = node.generators
        self.visit(first.iter)
        targets = bound_by(generator.target for generator in node.generators)
        self._scopes.append((targets, False))
        self._visit_all([*first.ifs, *others, *result])
        self._scopes.pop()
        if self._depth == 0 and any(generator.is_async for generator in node.generators):
            self.awaits.append(node)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _enter(self, node: Function | ast.ClassDef) -> str | None:
        """Make `node` the owner of what follows, if it is at the top; return the owner before."""
        before = self._owner
        if before is None and not self._scopes:
            self._owner = node.name
        return before

    def _note_change(self, node: ast.Attribute | ast.Subscript) -> None:
        changed = root_of(node)
        changes = isinstance(node.ctx, ast.Store | ast.Del)
        if changes and isinstance(changed, ast.Name) and not self._is_local(changed.id):
            self.changed.append(self._use(changed))
        self.generic_visit(node)

    def _note_await(self, node: ast.Await | ast.AsyncFor | ast.AsyncWith) -> None:
        if self._depth == 0:
            self.awaits.append(node)
        self.generic_visit(node)

    def _use(self, node: ast.Name) -> Use:
        return Use(node, self._owner, self._depth > 0)

    def _is_local(self, name: str | None) -> bool:
        innermost = len(self._scopes) - 1
        return any(
            name in names
            for level, (names, of_class) in enumerate(self._scopes)
            if not of_class or level == innermost  # methods do not see a class's names
        )


def bound_by(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that these nodes bind."""
    return frozenset(name for name, _ in bindings(nodes))


def arguments_of(args: ast.arguments) -> list[ast.arg]:
    """Return each parameter of a function, in the order of their kinds."""
    several = [arg for arg in (args.vararg, args.kwarg) if arg]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *several]


def parameters_of(args: ast.arguments) -> frozenset[str]:
    """Return the names of a function's parameters."""
    return frozenset(arg.arg for arg in arguments_of(args))


def defaults_of(args: ast.arguments) -> list[ast.expr]:
    """Return the expressions that give parameters their defaults."""
    return [*args.defaults, *(default for default in args.kw_defaults if default)]


def root_of(node: ast.expr) -> ast.expr:
    """Return `a` for `a.b[c].d`: what an attribute or item belongs to in the end."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def called_name(node: ast.expr) -> str | None:
    """Return `f` for a call `f(...)` or `module.f(...)`, else None."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return None


class TestCell:
    """A test cell, and what the rules ask about it."""

    def __init__(self, tree: ast.Module, students_names: frozenset[str]) -> None:
        self.tree = tree
        self.body = tree.body
        self.bound = list(bindings(tree.body))
        self.names = frozenset(name for name, _ in self.bound)
        self.hidden = students_names & self.names  # hidden by a name of the cell
        self.students = students_names - self.names
        self.functions = {each.name: each for each in self.body if isinstance(each, Function)}
        self.classes = {each.name: each for each in self.body if isinstance(each, ast.ClassDef)}
        self.reader = _Reader()
        self.reader.visit(tree)

    @property
    def uses(self) -> list[Use]:
        """Each use of a name in the cell."""
        return self.reader.uses

    @cached_property
    def imports(self) -> frozenset[str]:
        """What the cell imports at its top."""
        imports = (each for each in self.body if isinstance(each, ast.Import | ast.ImportFrom))
        return bound_by(imports)

    @cached_property
    def constants(self) -> frozenset[str]:
        """Names that are bound once, at the top, to a plain value that cannot change."""
        times = Counter(name for name, _ in self.bound)
        found: set[str] = set()
        for statement in self.body:
            target, value = assignment_of(statement)
            if target and value and times[target] == 1 and is_constant(value, found):
                found.add(target)
        return frozenset(found)

    @cached_property
    def given(self) -> frozenset[ast.Name]:
        """The names of the cell that stand as program or argument of an observation."""
        parts = {
            part
            for call in self.reader.observations
            for value in (*call.args, *keywords_of(call))
            for part in parts_of(value)
        }
        return frozenset(use.node for use in self.uses if use.node in parts)

    @cached_property
    def travelling(self) -> frozenset[str]:
        """The scenarios, and the functions and classes that they use."""
        known = self.functions.keys() | self.classes.keys()
        found = {node.id for node in self.given} & self.functions.keys()
        todo = list(found)
        while todo:
            owner = todo.pop()
            new = {use.name for use in self.uses if use.owner == owner} & known - found
            found |= new
            todo += new
        return frozenset(found)

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """What each name may stand for, as far as the cell says: by `=`, or by a loop over it."""
        found: dict[str, list[ast.expr]] = {}
        for statement in outside_functions(self.tree):
            match statement:
                case ast.For(target=ast.Name(id=name), iter=ast.List() | ast.Tuple() as display):
                    found.setdefault(name, []).extend(parts_of(display))
                case _:
                    target, value = assignment_of(statement)
                    if target and value:
                        found.setdefault(target, []).append(value)
        return found

    @cached_property
    def code(self) -> frozenset[str]:
        """Names that stand for code, or for what has methods, and are no plain values."""
        elsewhere = (BUILTINS | TEST_API - {"SEED"} | self.students) - self.names
        return elsewhere | self.imports | self.functions.keys() | self.classes.keys()


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below one, but not what stands inside a function or class."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield from outside_functions(child)


def assignment_of(node: ast.AST) -> tuple[str | None, ast.expr | None]:
    """Return the name and the value of `name = value`; else twice None."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            return name, value
    return None, None


def is_constant(value: ast.expr, constants: set[str]) -> bool:
    """Whether an expression is a plain value that cannot change."""
    match value:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in constants
        case ast.UnaryOp(operand=operand):
            return is_constant(operand, constants)
        case ast.BinOp(left=left, right=right):
            return is_constant(left, constants) and is_constant(right, constants)
        case ast.Tuple(elts=items):
            return all(is_constant(item, constants) for item in items)
        case ast.Call(func=ast.Name(id="float" | "int"), args=args, keywords=[]):
            return all(is_constant(arg, constants) for arg in args)
    return False


def keywords_of(call: ast.Call) -> list[ast.expr]:
    """Return the values of a call's keyword arguments."""
    return [keyword.value for keyword in call.keywords]


def parts_of(value: ast.expr | None) -> Iterator[ast.expr]:
    """Yield the values that a display such as `[a, (b, c)]` is made of."""
    match value:
        case None:
            pass
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            for item in items:
                yield from parts_of(item)
        case ast.Dict(keys=keys, values=values):
            for each in (*keys, *values):
                yield from parts_of(each)
        case ast.Starred(value=inner):
            yield from parts_of(inner)
        case _:
            yield value
