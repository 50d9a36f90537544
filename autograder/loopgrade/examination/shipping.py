"""Which texts and constants of a test cell a scenario needs where it runs."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any


@cache  # every submission has the same tests
def definitions(source: str) -> Mapping[str, str]:
    """Return the source of each definition and import at the top level, by its name."""
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        text = ast.unparse(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = text
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                found[(alias.asname or alias.name).partition(".")[0]] = text
    return MappingProxyType(found)


def closure(
    needed: Iterable[str], definitions: Mapping[str, str], names: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Return the texts, and the names of the constants, that the `needed` definitions use."""
    todo = list(needed)
    code: dict[str, str] = {}
    constants: set[str] = set()
    while todo:
        name = todo.pop()
        if name in code or name in constants:
            continue
        if name in definitions:
            code[name] = definitions[name]
            todo += _used_names(definitions[name])
        elif name in names and not callable(names[name]):
            constants.add(name)
    ordered = [text for name, text in definitions.items() if name in code]
    return list(dict.fromkeys(ordered)), sorted(constants)


@cache
def _used_names(source: str) -> list[str]:
    """Return the global names that a definition reads: what is local to it stays here."""
    todo = [symtable.symtable(source, "<test>", "exec")]
    found: set[str] = set()
    while todo:
        table = todo.pop()
        todo += table.get_children()
        at_top = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (at_top or symbol.is_global())
        }
    return sorted(found)
