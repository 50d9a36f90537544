"""What a test cell may not do.

One text runs in two places: in a student's kernel, and in the examiner, where the
student's names stand for code in another process. There only `observe` accepts them,
and a function that it is given, a *scenario*, travels as source text. What would
behave differently in the two places is refused when the lesson is built.

    >>> lint_test_cell("run = observe(twice, 7)\\nexpect(run).returned(14)", {"twice"})
    []
    >>> [problem.line for problem in lint_test_cell("assert twice(7) == 14", {"twice"})]
    [1]
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from loopgrade.lesson import RegionError, bindings, regions

OBSERVERS = frozenset({"observe", "explore"})
"""What runs a program."""

TEST_API = OBSERVERS | {"check", "expect", "jobs", "gens", "store", "SEED"}
"""What a test cell has without an import."""

# Sessions of Python and of IPython add these; not every process that runs a test has them.
_OF_SESSIONS = {"_", "copyright", "credits", "display", "exit", "get_ipython", "license", "quit"}
_BUILTINS = frozenset(dir(builtins)) - _OF_SESSIONS


@dataclass(frozen=True, order=True)
class Problem:
    """One breach of a rule.

    Attributes:
        line: the line of the cell, from 1.
        message: what is wrong and what to do, as one sentence.
    """

    line: int
    message: str


def lint_test_cell(source: str, students_names: Iterable[str]) -> list[Problem]:
    """Return what a test cell does that it may not do, in the order of its lines.

    Both texts are looked at: the one with the hidden tests, and the one that students get.

    Args:
        source: the cell as its author wrote it, without the line `check(...)`.
        students_names: the names that the exercise's stub binds.
    """
    names = frozenset(students_names)
    try:
        visible = _without_hidden_tests(source)
    except RegionError as error:
        return [Problem(error.line, str(error))]
    found = set(_problems(source, names))
    for problem in set(_problems(visible, names)) - found:
        found.add(Problem(problem.line, f"without the hidden tests: {problem.message}"))
    if not found and not ast.parse(source).body:
        return [Problem(1, "the test is empty: observe something and expect something of it.")]
    return sorted(found)


def _without_hidden_tests(source: str) -> str:
    """Return what students get of a test cell, with the line numbers as they were."""
    lines = source.split("\n")
    for region in regions(source):
        for number in range(region.first, region.last + 1):
            lines[number - 1] = ""
    return "\n".join(lines)


def _problems(source: str, students_names: frozenset[str]) -> list[Problem]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = ast.parse(source)
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            compile(tree, "<test>", "exec", flags=flags, dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            reason = getattr(error, "msg", None) or str(error)
            return [Problem(line, f"this is not Python ({reason}).")]
    cell = _TestCell(tree, students_names)
    warned = [Problem(each.lineno, f"Python warns here: {each.message}.") for each in caught]
    return warned + [problem for rule in _RULES for problem in rule(cell)]


# What a cell does


@dataclass(frozen=True)
class _Use:
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
        return self.node.id

    @property
    def line(self) -> int:
        return self.node.lineno


_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class _Reader(ast.NodeVisitor):
    """Finds the uses of the names of a cell; what functions keep to themselves it leaves out."""

    def __init__(self) -> None:
        self.uses: list[_Use] = []
        self.changed: list[_Use] = []  # things whose attribute or item is set or deleted
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
        self._visit_all(_defaults(node.args))
        self._visit_inside([node.body], _parameters(node.args))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        owner = self._enter(node)
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._scopes.append((_bound(node.body), True))
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

    def _visit_function(self, node: _Function) -> None:
        owner = self._enter(node)
        annotations = [arg.annotation for arg in _arguments(node.args) if arg.annotation]
        returns = [node.returns] if node.returns else []
        self._visit_all([*node.decorator_list, *_defaults(node.args), *annotations, *returns])
        self._visit_inside(node.body, _parameters(node.args) | _bound(node.body))
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
        targets = _bound(generator.target for generator in node.generators)
        self._scopes.append((targets, False))
        self._visit_all([*first.ifs, *others, *result])
        self._scopes.pop()
        if self._depth == 0 and any(generator.is_async for generator in node.generators):
            self.awaits.append(node)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _enter(self, node: _Function | ast.ClassDef) -> str | None:
        """Make `node` the owner of what follows, if it is at the top; return the owner before."""
        before = self._owner
        if before is None and not self._scopes:
            self._owner = node.name
        return before

    def _note_change(self, node: ast.Attribute | ast.Subscript) -> None:
        root = _root(node)
        changes = isinstance(node.ctx, ast.Store | ast.Del)
        if changes and isinstance(root, ast.Name) and not self._is_local(root.id):
            self.changed.append(self._use(root))
        self.generic_visit(node)

    def _note_await(self, node: ast.Await | ast.AsyncFor | ast.AsyncWith) -> None:
        if self._depth == 0:
            self.awaits.append(node)
        self.generic_visit(node)

    def _use(self, node: ast.Name) -> _Use:
        return _Use(node, self._owner, self._depth > 0)

    def _is_local(self, name: str | None) -> bool:
        innermost = len(self._scopes) - 1
        return any(
            name in names
            for level, (names, of_class) in enumerate(self._scopes)
            if not of_class or level == innermost  # methods do not see a class's names
        )


def _bound(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(name for name, _ in bindings(nodes))


def _arguments(args: ast.arguments) -> list[ast.arg]:
    several = [arg for arg in (args.vararg, args.kwarg) if arg]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *several]


def _parameters(args: ast.arguments) -> frozenset[str]:
    return frozenset(arg.arg for arg in _arguments(args))


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(default for default in args.kw_defaults if default)]


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def _called_name(node: ast.expr) -> str | None:
    """Return `f` for a call `f(...)` or `module.f(...)`, else None."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return None


class _TestCell:
    """A test cell, and what the rules ask about it."""

    def __init__(self, tree: ast.Module, students_names: frozenset[str]) -> None:
        self.tree = tree
        self.body = tree.body
        self.bound = list(bindings(tree.body))
        self.names = frozenset(name for name, _ in self.bound)
        self.hidden = students_names & self.names  # hidden by a name of the cell
        self.students = students_names - self.names
        self.functions = {each.name: each for each in self.body if isinstance(each, _Function)}
        self.classes = {each.name: each for each in self.body if isinstance(each, ast.ClassDef)}
        self.reader = _Reader()
        self.reader.visit(tree)

    @property
    def uses(self) -> list[_Use]:
        return self.reader.uses

    @cached_property
    def imports(self) -> frozenset[str]:
        """What the cell imports at its top."""
        imports = (each for each in self.body if isinstance(each, ast.Import | ast.ImportFrom))
        return _bound(imports)

    @cached_property
    def constants(self) -> frozenset[str]:
        """Names that are bound once, at the top, to a plain value that cannot change."""
        times = Counter(name for name, _ in self.bound)
        found: set[str] = set()
        for statement in self.body:
            target, value = _assignment(statement)
            if target and value and times[target] == 1 and _is_constant(value, found):
                found.add(target)
        return frozenset(found)

    @cached_property
    def given(self) -> frozenset[ast.Name]:
        """The names of the cell that stand as program or argument of an observation."""
        parts = {
            part
            for call in self.reader.observations
            for value in (*call.args, *_keywords(call))
            for part in _parts(value)
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
        for statement in _outside_functions(self.tree):
            match statement:
                case ast.For(target=ast.Name(id=name), iter=ast.List() | ast.Tuple() as display):
                    found.setdefault(name, []).extend(_parts(display))
                case _:
                    target, value = _assignment(statement)
                    if target and value:
                        found.setdefault(target, []).append(value)
        return found

    @cached_property
    def code(self) -> frozenset[str]:
        """Names that stand for code, or for what has methods, and are no plain values."""
        elsewhere = (_BUILTINS | TEST_API - {"SEED"} | self.students) - self.names
        return elsewhere | self.imports | self.functions.keys() | self.classes.keys()


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _Function | ast.Lambda | ast.ClassDef):
            yield from _outside_functions(child)


def _assignment(node: ast.AST) -> tuple[str | None, ast.expr | None]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            return name, value
    return None, None


def _is_constant(value: ast.expr, constants: set[str]) -> bool:
    match value:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in constants
        case ast.UnaryOp(operand=operand):
            return _is_constant(operand, constants)
        case ast.BinOp(left=left, right=right):
            return _is_constant(left, constants) and _is_constant(right, constants)
        case ast.Tuple(elts=items):
            return all(_is_constant(item, constants) for item in items)
        case ast.Call(func=ast.Name(id="float" | "int"), args=args, keywords=[]):
            return all(_is_constant(arg, constants) for arg in args)
    return False


def _keywords(call: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords]


def _parts(value: ast.expr | None) -> Iterator[ast.expr]:
    """Yield the values that a display such as `[a, (b, c)]` is made of."""
    match value:
        case None:
            pass
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            for item in items:
                yield from _parts(item)
        case ast.Dict(keys=keys, values=values):
            for each in (*keys, *values):
                yield from _parts(each)
        case ast.Starred(value=inner):
            yield from _parts(inner)
        case _:
            yield value


# The rules: the names of a cell


def _names_end_in_underscore(cell: _TestCell) -> Iterator[Problem]:
    loops = (node for node in _outside_functions(cell.tree) if isinstance(node, ast.For))
    free = _bound(loop.target for loop in loops) | {"run"}
    seen = set()
    for name, node in cell.bound:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        if name in free or name.endswith("_") or is_import or name in seen:
            continue
        seen.add(name)
        yield Problem(
            _line(node),
            f"`{name}` may meet a name of the student's: call it `{name}_` (only `run`, loop"
            " variables and imports need no `_`).",
        )


def _names_hide_nothing(cell: _TestCell) -> Iterator[Problem]:
    for name, node in cell.bound:
        if name in cell.hidden:
            yield Problem(_line(node), f"`{name}` hides the student's `{name}`: rename it.")
        elif name in TEST_API:
            yield Problem(_line(node), f"`{name}` hides the test's own `{name}`: rename it.")
        elif name in _BUILTINS:
            yield Problem(
                _line(node), f"`{name}` hides Python's `{name}` from later cells: rename it."
            )


def _names_are_known(cell: _TestCell) -> Iterator[Problem]:
    known = _BUILTINS | TEST_API | cell.names | cell.students
    for use in cell.uses:
        if use.name not in known:
            yield Problem(
                use.line,
                f"`{use.name}` is not defined: import or define it in this cell, or let the"
                " exercise's stub bind it.",
            )


def _imports_are_explicit(cell: _TestCell) -> Iterator[Problem]:
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            yield Problem(node.lineno, "`import *` hides what it defines: name what you import.")
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            yield Problem(
                node.lineno, "`from __future__` must come first, and `check(...)` does: drop it."
            )
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
            if any(module.split(".")[0] == "looplab" for module in modules):
                yield Problem(
                    node.lineno, "looplab's own `observe` is not the examiner's: do not import it."
                )


def _check_is_generated(cell: _TestCell) -> Iterator[Problem]:
    for use in cell.uses:
        if use.name == "check":
            yield Problem(use.line, "the build writes the line `check(...)`: leave it out.")


# The rules: what is given to observe


def _observe_is_called(cell: _TestCell) -> Iterator[Problem]:
    called = {id(call.func) for call in cell.reader.observations}
    for use in cell.uses:
        if use.name in OBSERVERS and id(use.node) not in called:
            yield Problem(use.line, f"`{use.name}` has another name here: call it directly.")
    for call in cell.reader.observations:
        for word, why in _NOT_IN_TESTS.items():
            if any(keyword.arg == word for keyword in call.keywords):
                yield Problem(call.lineno, f"{why}: leave out `{word}`.")


_NOT_IN_TESTS = {
    "clock": "a test is judged on virtual time",
    "shuffle_ready": "asyncio runs ready tasks in order, and answers may rely on it",
}


def _programs_can_travel(cell: _TestCell) -> Iterator[Problem]:
    for call in cell.reader.observations:
        program = call.args[0] if call.args else None
        known = cell.functions.keys() | cell.students
        if program not in cell.given or getattr(program, "id", None) not in known:
            yield Problem(
                call.lineno,
                f"{_called_name(call)} takes one of the student's names, or a function that is"
                " defined with def at the top of this cell: give it one of these first.",
            )


def _arguments_can_travel(cell: _TestCell) -> Iterator[Problem]:
    for call in cell.reader.observations:
        arguments = (*call.args[1:], *_keywords(call))
        for part in (part for argument in arguments for part in _parts(argument)):
            values = cell.assigned.get(part.id) if isinstance(part, ast.Name) else None
            for reason in filter(None, (_unsendable(value, cell) for value in values or [part])):
                yield Problem(
                    part.lineno,
                    f"{reason} cannot be sent to another process: give a plain value, a spec, or a"
                    " function that is defined at the top of this cell.",
                )


# Builtins whose result is neither a plain value nor code.
_ITERATORS = {"enumerate", "filter", "iter", "map", "object", "open", "range", "reversed", "zip"}


def _unsendable(value: ast.expr, cell: _TestCell) -> str | None:
    """Return what `value` is, if it is something that observe cannot send."""
    name = _called_name(value)
    match value:
        case ast.Lambda():
            return "a lambda"
        case ast.GeneratorExp():
            return "a generator expression"
        case ast.Name(id=id) if id in cell.code - cell.functions.keys() - cell.students:
            return f"`{id}`"
        case ast.Attribute() if _has_methods(value.value, cell):
            return "a method, or an attribute of a module or of one's own object,"
        case ast.Call(func=ast.Name()) if name in _ITERATORS:
            return f"what `{name}` returns"
        case ast.Call() if name == "partial":
            return "a partial"
        case ast.Call(func=ast.Name()) if name in cell.classes:
            return "an object of a class of this cell"
        case ast.Call(func=ast.Name()) if name and _returns_code(cell.functions.get(name)):
            return f"what `{name}` returns"
    return None


_PLAIN_TYPES = {"bytes", "dict", "list", "set", "str", "tuple"}


def _has_methods(owner: ast.expr, cell: _TestCell) -> bool:
    """Return whether an attribute of `owner` is code rather than, say, the result of a Run."""
    match owner:
        case ast.Name(id=id) if id in cell.assigned:
            values = (each for each in cell.assigned[id] if not isinstance(each, ast.Name))
            return any(_has_methods(value, cell) for value in values)
        case ast.Name(id=id):
            return id in cell.code
        case ast.Call(func=ast.Name(id=id)):
            return id in cell.classes or id in cell.imports or id in _PLAIN_TYPES
        case ast.Call(func=ast.Attribute()):
            return isinstance(root := _root(owner.func), ast.Name) and root.id in cell.imports
    return isinstance(
        owner, ast.List | ast.Dict | ast.Set | ast.Tuple | ast.Constant | ast.ListComp
    )


def _returns_code(function: _Function | None) -> bool:
    """Return whether calling `function` gives a coroutine, a generator, or a closure."""
    if function is None:
        return False
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    inside = list(_outside_functions(function))
    makes = {each.name for each in inside if isinstance(each, _Function | ast.ClassDef)}
    for node in inside:
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.Return):
            for part in _parts(node.value):
                if isinstance(part, ast.Lambda) or getattr(part, "id", None) in makes:
                    return True
    return False


def _students_names_stay_inside(cell: _TestCell) -> Iterator[Problem]:
    for use in cell.uses:
        inside = use.deferred and use.owner in cell.travelling
        if use.name in cell.students and not inside and use.node not in cell.given:
            yield Problem(
                use.line,
                f"`{use.name}` is the student's: use it inside a function that observe is given,"
                " or give it to observe.",
            )


# The rules: scenarios


def _functions_stand_at_the_top(cell: _TestCell) -> Iterator[Problem]:
    for node in _outside_functions(cell.tree):
        if isinstance(node, _Function | ast.ClassDef) and node not in cell.body:
            yield Problem(
                node.lineno,
                f"`{node.name}` is defined inside a loop, if, with or try: define it at the top of"
                " the cell.",
            )


def _functions_are_defined_once(cell: _TestCell) -> Iterator[Problem]:
    first: dict[str, ast.AST] = {}
    for name, node in cell.bound:
        before = first.setdefault(name, node)
        if before is not node and isinstance(before, _Function | ast.ClassDef):
            yield Problem(
                _line(node), f"`{name}` is defined twice: only one can travel, so rename this one."
            )


def _scenarios_are_closed(cell: _TestCell) -> Iterator[Problem]:
    travel = cell.imports | cell.constants | cell.functions.keys() | cell.classes.keys()
    for use in cell.uses:
        if use.owner not in cell.travelling or use.name in cell.students:
            continue
        if use.name in TEST_API:
            yield Problem(
                use.line,
                f"`{use.name}` is not there where `{use.owner}` runs: use it in the cell, and pass"
                " plain values.",
            )
        elif use.name in cell.names and use.name not in travel:
            yield Problem(
                use.line,
                f"`{use.name}` does not travel with `{use.owner}`: make it inside, or pass it as"
                " an argument.",
            )


def _nothing_is_kept_on_the_cell(cell: _TestCell) -> Iterator[Problem]:
    code = cell.functions.keys() | cell.classes.keys()
    for use in cell.reader.changed:
        if use.owner in cell.travelling or use.name in code:
            yield Problem(
                use.line,
                f"a change of `{use.name}` is not seen in both processes: record inside the"
                " function that observe is given, and return the record.",
            )
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Global):
            yield Problem(
                node.lineno, "no `global` in a test: record inside the function and return it."
            )


def _definitions_hold_no_state(cell: _TestCell) -> Iterator[Problem]:
    for function in cell.functions.values():
        for default in _defaults(function.args):
            if _is_mutable(default):
                yield Problem(
                    default.lineno, f"a default of `{function.name}` can change: make it inside."
                )
    for each in cell.classes.values():
        for statement in each.body:
            target, value = _assignment(statement)
            if value and _is_mutable(value):
                yield Problem(
                    statement.lineno,
                    f"`{each.name}.{target}` is shared by all objects and can change: make it in"
                    " `__init__`.",
                )


_MUTABLE = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter"}


def _is_mutable(value: ast.expr) -> bool:
    displays = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
    return isinstance(value, displays) or _called_name(value) in _MUTABLE


def _classes_are_for_scenarios(cell: _TestCell) -> Iterator[Problem]:
    for name, node in cell.classes.items():
        owners = cell.travelling | {name}
        outside = [use for use in cell.uses if use.name == name and use.owner not in owners]
        for use in outside:
            yield Problem(
                use.line, f"`{name}` is used outside the functions that observe is given: do not."
            )
        if not outside and name not in cell.travelling:
            yield Problem(node.lineno, f"no function that observe is given uses `{name}`: drop it.")


# The rules: the cell as a whole


def _nothing_is_awaited_at_the_top(cell: _TestCell) -> Iterator[Problem]:
    for node in cell.reader.awaits:
        yield Problem(
            node.lineno, "the examiner awaits nothing: do it in a function and observe that."
        )


def _ends_without_a_value(cell: _TestCell) -> Iterator[Problem]:
    last = cell.body[-1] if cell.body else None
    if isinstance(last, ast.Expr) and not _is_expectation(last.value):
        yield Problem(
            last.lineno,
            "nbgrader takes the value of the last line for points: end with `expect(...)` and a"
            " check on it, or with an assert.",
        )


def _is_expectation(value: ast.expr) -> bool:
    """Return whether `value` is `expect(...).check(...)`, with any number of checks."""
    checks = 0
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value, checks = value.func.value, checks + 1
    return checks > 0 and isinstance(value, ast.Call) and _called_name(value) == "expect"


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


_RULES: tuple[Callable[[_TestCell], Iterator[Problem]], ...] = (
    _names_end_in_underscore,
    _names_hide_nothing,
    _names_are_known,
    _imports_are_explicit,
    _check_is_generated,
    _observe_is_called,
    _programs_can_travel,
    _arguments_can_travel,
    _students_names_stay_inside,
    _functions_stand_at_the_top,
    _functions_are_defined_once,
    _scenarios_are_closed,
    _nothing_is_kept_on_the_cell,
    _definitions_hold_no_state,
    _classes_are_for_scenarios,
    _nothing_is_awaited_at_the_top,
    _ends_without_a_value,
)
