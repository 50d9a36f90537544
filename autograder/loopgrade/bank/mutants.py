"""Mutants: a reference solution with one mistake in it, made by a program.

The tests of an exercise should reject each of them. One that keeps every point shows a
test that asks for too little, or is still right: then it stands in
`answers/still_right.toml`, with the reason:

    [[mutant]]
    exercise = "02_yield_and_send/round_robin"
    name = "7:12 break dropped"
    reason = "why it still does what the task says"

The mistakes that matter here are asyncio's own (an await that is missing, jobs one after
the other, `time.sleep`, no lock, a swallowed cancellation), beside those of any program.

Known tools, mutmut and cosmic-ray, mutate a package's files and run its test command on each;
here one cell is mutated and judged in a sandbox, and none of them knows about `await`.
"""

from __future__ import annotations

import ast
import copy
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from loopgrade.authoring.lesson import LessonError

MAX_MUTANTS = 80
"""Of one exercise; beyond that the last kinds of mistake are left out."""

STILL_RIGHT = "still_right.toml"


@dataclass(frozen=True)
class Mutant:
    """A solution with one mistake.

    Attributes:
        name: where and what: `7:12 await dropped` is in line 7, column 12 of the solution.
        source: the whole text of the answer cell.
    """

    name: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Return the mutants of a solution, asyncio's own mistakes first; each text once.

    Args:
        source: the solution, the whole text of the answer cell.

    >>> [mutant.name for mutant in mutants("async def f(job):\\n    return await job()")]
    ['2:11 await dropped', '2:4 return gives None']
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    names: set[str] = set()
    found = []
    for mutate in _MISTAKES:
        for number, node in enumerate(ast.walk(tree)):
            for which, (_, words) in enumerate(mutate(node)):
                text = _mutated(tree, number, mutate, which)
                if text is None or text in seen:
                    continue
                seen.add(text)
                name = f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)} {words}"
                while name in names:  # `a + b` begins where `a + b + c` does
                    name += " again"
                names.add(name)
                found.append(Mutant(name, text))
                if len(found) == MAX_MUTANTS:
                    return found
    return found


def read_list(answers: Path, file: str, kind: str) -> Mapping[tuple[str, str, str], str]:
    """Return the reasons of a list of exceptions, by lesson, exercise and name.

    Args:
        answers: the folder of the answer bank.
        file: the list's name.
        kind: what it lists, `mutant` for example.

    Raises:
        LessonError: an entry has no name or reason.
    """
    path = answers / file
    if not path.exists():
        return {}
    found = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get(kind, []):
        lesson, _, exercise = str(entry.get("exercise", "")).partition("/")
        name, reason = entry.get("name"), entry.get("reason")
        if not (exercise and name and reason):
            raise LessonError(f"{path}:1: each {kind} needs exercise, name and reason; mend it.")
        found[lesson, exercise, str(name)] = str(reason)
    return found


def _mutated(tree: ast.Module, number: int, mutate: _Mistake, which: int) -> str | None:
    """Return the text with one mistake in the node of that number; None where it is no program."""
    # A copy is walked in the same order, so the number finds the node again.
    tree = copy.deepcopy(tree)
    old = next(node for at, node in enumerate(ast.walk(tree)) if at == number)
    new, _ = list(mutate(old))[which]
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old and isinstance(new, ast.AST):
                setattr(parent, name, new)
            elif isinstance(value, list) and any(each is old for each in value):
                at = next(n for n, each in enumerate(value) if each is old)
                value[at : at + 1] = new if isinstance(new, list) else [new]
    try:
        text = ast.unparse(ast.fix_missing_locations(tree))
        compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError, AttributeError):
        return None
    return text


_Made = Iterator[tuple["ast.AST | list[ast.stmt]", str]]
_Mistake = Callable[[ast.AST], _Made]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _called(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in names


# ---- asyncio's own ----


def _no_await(node: ast.AST) -> _Made:
    if isinstance(node, ast.Await):
        yield node.value, "await dropped"


def _one_after_the_other(node: ast.AST) -> _Made:
    match node:
        case ast.Await(value=ast.Call(args=[ast.Starred(value=jobs)])) if _called(
            node.value, "gather"
        ):
            yield _expression(f"[await each for each in {ast.unparse(jobs)}]"), "gather in sequence"
        case ast.Await(value=ast.Call(args=[_, *_] as jobs)) if _called(node.value, "gather"):
            each = ", ".join(f"await {ast.unparse(job)}" for job in jobs)
            yield _expression(f"[{each}]"), "gather in sequence"


def _blocking_sleep(node: ast.AST) -> _Made:
    if isinstance(node, ast.Await) and _called(node.value, "sleep"):
        assert isinstance(node.value, ast.Call)
        seconds = ast.unparse(node.value.args[0])
        yield _expression(f"__import__('time').sleep({seconds})"), "time.sleep"


def _no_context(node: ast.AST) -> _Made:
    if isinstance(node, ast.AsyncWith | ast.With) and all(
        item.optional_vars is None for item in node.items
    ):
        yield node.body, "with dropped"


def _loose_task(node: ast.AST) -> _Made:
    if _called(node, "create_task") and isinstance(node, ast.Call):
        owner = ast.unparse(node.func).rpartition(".")[0]
        if owner not in ("asyncio", "loop", ""):
            job = ast.unparse(node.args[0])
            yield _expression(f"__import__('asyncio').ensure_future({job})"), "task left to nobody"


def _swallows(node: ast.AST) -> _Made:
    if isinstance(node, ast.Raise) and node.exc is None:
        yield ast.Pass(), "error swallowed"
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        wider = ast.ExceptHandler(_expression("BaseException"), node.name, node.body)
        yield wider, "catches everything"


def _no_finally(node: ast.AST) -> _Made:
    if isinstance(node, ast.Try) and node.finalbody:
        if node.handlers:
            yield ast.Try(node.body, node.handlers, node.orelse, []), "finally dropped"
        else:
            yield [*node.body, *node.orelse], "finally dropped"


# ---- any program's ----


def _no_statement(node: ast.AST) -> _Made:
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield ast.Pass(), f"{_word(node.value)} dropped"
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
        yield ast.Pass(), "statement dropped"
    elif isinstance(node, ast.Break | ast.Continue | ast.Raise):
        yield ast.Pass(), f"{type(node).__name__.lower()} dropped"


def _word(value: ast.expr) -> str:
    inner = value.value if isinstance(value, ast.Await) else value
    if isinstance(inner, ast.Call):
        return f"{ast.unparse(inner.func).rpartition('.')[2]}()"
    return type(inner).__name__.lower()


def _no_result(node: ast.AST) -> _Made:
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(None), "return gives None"


_OTHERS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def _comparison(node: ast.AST) -> _Made:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        other = _OTHERS[type(node.ops[0])]()
        yield ast.Compare(node.left, [other], node.comparators), "comparison changed"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand, "not dropped"
    elif isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other_op, node.values), "and / or changed"


def _condition(node: ast.AST) -> _Made:
    if isinstance(node, ast.If):
        yield ast.If(ast.Constant(True), node.body, node.orelse), "if always"
        yield ast.If(ast.Constant(False), node.body, node.orelse), "if never"


def _number(node: ast.AST) -> _Made:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1), f"{node.value} becomes {node.value + 1}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield ast.BinOp(node.left, other, node.right), "+ / - changed"


_MISTAKES: tuple[_Mistake, ...] = (
    _no_await,
    _one_after_the_other,
    _blocking_sleep,
    _no_context,
    _loose_task,
    _swallows,
    _no_finally,
    _no_statement,
    _no_result,
    _comparison,
    _condition,
    _number,
)
