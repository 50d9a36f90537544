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
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from loopgrade.authoring.cell import (
    BUILTINS,
    OBSERVERS,
    TEST_API,
    Function,
    TestCell,
    assignment_of,
    bound_by,
    called_name,
    defaults_of,
    keywords_of,
    outside_functions,
    parts_of,
)
from loopgrade.authoring.regions import RegionError, regions
from loopgrade.authoring.sendable import unsendable


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
    cell = TestCell(tree, students_names)
    warned = [Problem(each.lineno, f"Python warns here: {each.message}.") for each in caught]
    return warned + [problem for rule in _RULES for problem in rule(cell)]


# The rules: the names of a cell


def _names_end_in_underscore(cell: TestCell) -> Iterator[Problem]:
    loops = (node for node in outside_functions(cell.tree) if isinstance(node, ast.For))
    free = bound_by(loop.target for loop in loops) | {"run"}
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


def _names_hide_nothing(cell: TestCell) -> Iterator[Problem]:
    for name, node in cell.bound:
        if name in cell.hidden:
            yield Problem(_line(node), f"`{name}` hides the student's `{name}`: rename it.")
        elif name in TEST_API:
            yield Problem(_line(node), f"`{name}` hides the test's own `{name}`: rename it.")
        elif name in BUILTINS:
            yield Problem(
                _line(node), f"`{name}` hides Python's `{name}` from later cells: rename it."
            )


def _names_are_known(cell: TestCell) -> Iterator[Problem]:
    known = BUILTINS | TEST_API | cell.names | cell.students
    for use in cell.uses:
        if use.name not in known:
            yield Problem(
                use.line,
                f"`{use.name}` is not defined: import or define it in this cell, or let the"
                " exercise's stub bind it.",
            )


def _imports_are_explicit(cell: TestCell) -> Iterator[Problem]:
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


def _check_is_generated(cell: TestCell) -> Iterator[Problem]:
    for use in cell.uses:
        if use.name == "check":
            yield Problem(use.line, "the build writes the line `check(...)`: leave it out.")


# The rules: what is given to observe


def _observe_is_called(cell: TestCell) -> Iterator[Problem]:
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


def _programs_can_travel(cell: TestCell) -> Iterator[Problem]:
    for call in cell.reader.observations:
        program = call.args[0] if call.args else None
        known = cell.functions.keys() | cell.students
        if program not in cell.given or getattr(program, "id", None) not in known:
            yield Problem(
                call.lineno,
                f"{called_name(call)} takes one of the student's names, or a function that is"
                " defined with def at the top of this cell: give it one of these first.",
            )


def _arguments_can_travel(cell: TestCell) -> Iterator[Problem]:
    for call in cell.reader.observations:
        arguments = (*call.args[1:], *keywords_of(call))
        for part in (part for argument in arguments for part in parts_of(argument)):
            values = cell.assigned.get(part.id) if isinstance(part, ast.Name) else None
            for reason in filter(None, (unsendable(value, cell) for value in values or [part])):
                yield Problem(
                    part.lineno,
                    f"{reason} cannot be sent to another process: give a plain value, a spec, or a"
                    " function that is defined at the top of this cell.",
                )


def _students_names_stay_inside(cell: TestCell) -> Iterator[Problem]:
    for use in cell.uses:
        inside = use.deferred and use.owner in cell.travelling
        if use.name in cell.students and not inside and use.node not in cell.given:
            yield Problem(
                use.line,
                f"`{use.name}` is the student's: use it inside a function that observe is given,"
                " or give it to observe.",
            )


# The rules: scenarios


def _functions_stand_at_the_top(cell: TestCell) -> Iterator[Problem]:
    for node in outside_functions(cell.tree):
        if isinstance(node, Function | ast.ClassDef) and node not in cell.body:
            yield Problem(
                node.lineno,
                f"`{node.name}` is defined inside a loop, if, with or try: define it at the top of"
                " the cell.",
            )


def _functions_are_defined_once(cell: TestCell) -> Iterator[Problem]:
    first: dict[str, ast.AST] = {}
    for name, node in cell.bound:
        before = first.setdefault(name, node)
        if before is not node and isinstance(before, Function | ast.ClassDef):
            yield Problem(
                _line(node), f"`{name}` is defined twice: only one can travel, so rename this one."
            )


def _scenarios_are_closed(cell: TestCell) -> Iterator[Problem]:
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


def _nothing_is_kept_on_the_cell(cell: TestCell) -> Iterator[Problem]:
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


def _definitions_hold_no_state(cell: TestCell) -> Iterator[Problem]:
    for function in cell.functions.values():
        for default in defaults_of(function.args):
            if _is_mutable(default):
                yield Problem(
                    default.lineno, f"a default of `{function.name}` can change: make it inside."
                )
    for each in cell.classes.values():
        for statement in each.body:
            target, value = assignment_of(statement)
            if value and _is_mutable(value):
                yield Problem(
                    statement.lineno,
                    f"`{each.name}.{target}` is shared by all objects and can change: make it in"
                    " `__init__`.",
                )


_MUTABLE = {"list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter"}


def _is_mutable(value: ast.expr) -> bool:
    displays = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
    return isinstance(value, displays) or called_name(value) in _MUTABLE


def _classes_are_for_scenarios(cell: TestCell) -> Iterator[Problem]:
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


def _nothing_is_awaited_at_the_top(cell: TestCell) -> Iterator[Problem]:
    for node in cell.reader.awaits:
        yield Problem(
            node.lineno, "the examiner awaits nothing: do it in a function and observe that."
        )


def _ends_without_a_value(cell: TestCell) -> Iterator[Problem]:
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
    return checks > 0 and isinstance(value, ast.Call) and called_name(value) == "expect"


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


_RULES: tuple[Callable[[TestCell], Iterator[Problem]], ...] = (
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
