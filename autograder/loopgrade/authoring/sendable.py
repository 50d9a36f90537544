"""What of a test cell could not be handed to a program in another process."""

from __future__ import annotations

import ast

from loopgrade.authoring.cell import (
    Function,
    TestCell,
    called_name,
    outside_functions,
    parts_of,
    root_of,
)

# Builtins whose result is neither a plain value nor code.
_ITERATORS = {"enumerate", "filter", "iter", "map", "object", "open", "range", "reversed", "zip"}


def unsendable(value: ast.expr, cell: TestCell) -> str | None:
    """Return what `value` is, if it is something that observe cannot send."""
    name = called_name(value)
    match value:
        case ast.Lambda():
            return "a lambda"
        case ast.GeneratorExp():
            return "a generator expression"
        case ast.Name(id=id) if id in cell.code - cell.functions.keys() - cell.students:
            return f"`{id}`"
        case ast.Attribute() if has_methods(value.value, cell):
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


def has_methods(owner: ast.expr, cell: TestCell) -> bool:
    """Return whether an attribute of `owner` is code rather than, say, the result of a Run."""
    match owner:
        case ast.Name(id=id) if id in cell.assigned:
            values = (each for each in cell.assigned[id] if not isinstance(each, ast.Name))
            return any(has_methods(value, cell) for value in values)
        case ast.Name(id=id):
            return id in cell.code
        case ast.Call(func=ast.Name(id=id)):
            return id in cell.classes or id in cell.imports or id in _PLAIN_TYPES
        case ast.Call(func=ast.Attribute()):
            return isinstance(root := root_of(owner.func), ast.Name) and root.id in cell.imports
    return isinstance(
        owner, ast.List | ast.Dict | ast.Set | ast.Tuple | ast.Constant | ast.ListComp
    )


def _returns_code(function: Function | None) -> bool:
    """Return whether calling `function` gives a coroutine, a generator, or a closure."""
    if function is None:
        return False
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    inside = list(outside_functions(function))
    makes = {each.name for each in inside if isinstance(each, Function | ast.ClassDef)}
    for node in inside:
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.Return):
            for part in parts_of(node.value):
                if isinstance(part, ast.Lambda) or getattr(part, "id", None) in makes:
                    return True
    return False
