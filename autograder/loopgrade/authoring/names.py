"""Which names a piece of Python binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

# Names


def bound_names(source: str, *, imports: bool = True) -> frozenset[str]:
    """Return the names that `source` binds at its top level.

    Args:
        source: Python code.
        imports: whether names that are bound by an import alone count.

    Raises:
        SyntaxError: `source` is not Python.

    >>> sorted(bound_names("import math\\ndef area(r): return math.pi * r"))
    ['area', 'math']
    """
    return frozenset(
        name
        for name, node in bindings([ast.parse(source)])
        if imports or not isinstance(node, ast.Import | ast.ImportFrom)
    )


def bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Yield each name that `nodes` bind in their own scope, with the node that binds it.

    Functions, classes, lambdas and comprehensions inside have scopes of their own; of
    what is in them only the `:=` of a comprehension binds outside.
    """
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node
            case ast.Lambda():
                pass
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                for inner in ast.walk(node):
                    if isinstance(inner, ast.NamedExpr):
                        yield inner.target.id, inner
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    yield alias.asname or alias.name.split(".")[0], node
            case ast.Name(ctx=ast.Store()):
                yield node.id, node
            case _:
                if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                    yield node.name, node
                if isinstance(node, ast.MatchMapping) and node.rest:
                    yield node.rest, node
                yield from bindings(ast.iter_child_nodes(node))
