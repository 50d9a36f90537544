"""Which cell was the last to define a name, how it went, and whether a check may judge it.

A kernel keeps what a cell has defined, whatever becomes of its text: after a SyntaxError the older
function is still there, and a check of it would say nothing about what stands in the notebook.
So each cell is noted as it runs, and a test cell is asked for the names that it judges.

Caveat: what was typed and not run is known only where Jupyter says which file the notebook is
(`JPY_SESSION_NAME`), and once it is saved; JupyterLab saves every two minutes.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeGuard

from looplab.diagnosis.answer import SharedText

_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


@dataclass(eq=False)
class Ran:
    """One run of a cell.

    Attributes:
        source: its text.
        python: it as IPython runs it: without magics and empty first lines, which shifts the lines.
        cell_id: what Jupyter calls it; empty where it does not say.
        began: when, in seconds since the epoch.
        defines: the names that it has bound, as far as it has run.
        trouble: why it did not run to its end, with the line; empty where it did.
    """

    source: str
    python: str
    cell_id: str
    began: float
    defines: AbstractSet[str] = frozenset()
    trouble: str = "it was stopped"


class Answers:
    """The cells that have run in a kernel, by what they define.

    Args:
        names: the notebook's names.
        transform: returns a cell's text as Python, without magics.
    """

    def __init__(self, names: dict[str, Any], transform: Callable[[str], str] = str) -> None:
        self._names, self._transform = names, transform
        self._by_name: dict[str, Ran] = {}
        self._by_id: dict[str, Ran] = {}
        self._running: tuple[Ran, dict[str, Any]] | None = None

    def begin(self, source: str, cell_id: str | None) -> None:
        """Note that a cell begins to run.

        Args:
            source: its text.
            cell_id: what Jupyter calls it; None where it does not say.
        """
        python = source
        with suppress(SyntaxError):
            python = self._transform(source)
        before = self._by_id.get(cell_id or "")
        earlier = {name for name, each in self._by_name.items() if each is before}
        ran, defines = Ran(source, python, cell_id or "", time.time()), _definitions(python)
        self._by_name |= dict.fromkeys(defines | earlier, ran)
        if cell_id:
            self._by_id[cell_id] = ran
        self._running = ran, {name: self._names.get(name) for name in defines}

    def end(self, error: BaseException | None) -> None:
        """Note how the cell that runs has ended: with an error, or at its end."""
        if self._running is None:
            return
        (ran, before), self._running = self._running, None
        if error is None:
            ran.defines, ran.trouble = before.keys(), ""
        else:
            ran.defines = {name for name in before if self._names.get(name) is not before[name]}
            ran.trouble = self._trouble(error)

    def _trouble(self, error: BaseException) -> str:
        line, told = self._line_of(error.__traceback__), type(error).__name__
        if isinstance(error, SyntaxError) and line is None:
            line, told = error.lineno, error.msg
        elif text := str(error).partition("\n")[0][:200]:
            told += f": {text}"
        return f"line {line}, {told}" if line else told

    def _line_of(self, traceback: TracebackType | None) -> int | None:
        """Return the line of the cell itself at which an error came, where one of it ran."""
        while traceback is not None:
            if traceback.tb_frame.f_locals is self._names:
                return traceback.tb_lineno
            traceback = traceback.tb_next
        return None

    def objection(self, test: str, test_id: str | None) -> str:
        """Return why a test cell cannot judge what stands in the notebook; empty where it can.

        Args:
            test: its text.
            test_id: what Jupyter calls it: `hello_later-time`, where `hello_later` has the answer.
        """
        wanted = _wanted(test)
        for ran in self._judged(wanted, test_id):
            lacks = [n for n in wanted if self._by_name.get(n) is ran and n not in ran.defines]
            if lacks and ran.trouble:
                return f"your cell did not run, so nothing was judged: {ran.trouble}"
            if lacks:
                return _does_not_define(lacks[0], ran)
            if _is_changed(ran):
                return f"you have changed the cell `{ran.cell_id}` since it ran: run it again first"
        missing = next((name for name in wanted if not self._is_bound(name)), None)
        if missing is None:
            return self._not_run(test_id)
        if not self._by_test(test_id):
            return f"run the cell with `{missing}` first"
        [ran] = self._by_test(test_id)
        if ran.trouble:
            return f"your cell did not run, so nothing was judged: {ran.trouble}"
        return _does_not_define(missing, ran)

    def _not_run(self, test_id: str | None) -> str:
        """Return which cell of the notebook has not run and binds what the answer uses."""
        used = [name for ran in self._by_test(test_id) for name in _wanted(ran.python)]
        missing = {name for name in used if not self._is_bound(name)}
        cells = _saved_cells() if missing else []
        code = [cell for cell in cells if cell.get("cell_type") == "code"]
        for place, cell in enumerate(code):
            names = missing & _definitions("".join(cell["source"]))
            if names and cell.get("id") not in self._by_id:
                which = "that defines it" if place else "at the top"
                return f"your answer uses `{min(names)}`: run the cell {which} first"
        return ""

    def answer(self, test: str, test_id: str | None) -> str:
        """Return the text of the cell with the answer that a test cell judges; empty if unknown.

        It is a `SharedText` where the answer calls what another cell defines.
        """
        ran = self.judged(test, test_id)
        if ran is None:
            return ""
        shared = any(self._is_from_another(name, ran) for name in _wanted(ran.python))
        return SharedText(ran.python) if shared else ran.python

    def judged(self, test: str, test_id: str | None) -> Ran | None:
        """Return the run of the cell that a test cell judges; None if unknown."""
        return next(iter(self._judged(_wanted(test), test_id)), None)

    def ran(self, cell_id: str) -> Ran | None:
        """Return the last run of a cell; None where it has not run."""
        return self._by_id.get(cell_id)

    def running(self) -> Ran | None:
        """Return the run of the cell that runs now; None where it is a test cell, or none."""
        return None if self._running is None else self._running[0]

    def _is_from_another(self, name: str, ran: Ran) -> bool:
        value = self._names.get(name)
        here = getattr(value, "__module__", None) == self._names.get("__name__")
        return callable(value) and here and self._by_name.get(name) is not ran

    def _judged(self, wanted: list[str], test_id: str | None) -> list[Ran]:
        mine = [name for name in wanted if not self._is_of_looplab(name)]
        found = self._by_test(test_id) + [self._by_name[n] for n in mine if n in self._by_name]
        return [ran for place, ran in enumerate(found) if ran not in found[:place]]

    def _is_of_looplab(self, name: str) -> bool:
        """Whether a name is what a test cell judges with, which the lesson's first cell imports."""
        module = str(getattr(self._names.get(name), "__module__", ""))
        return name == "SEED" or module.partition(".")[0] == "looplab"

    def _by_test(self, test_id: str | None) -> list[Ran]:
        parts = (test_id or "").split("-")
        ids = ["-".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
        return [self._by_id[each] for each in ids if each in self._by_id][:1]

    def _is_bound(self, name: str) -> bool:
        return name in self._names or hasattr(builtins, name)


def is_test(source: str) -> bool:
    """Whether a cell is a test cell: its first line, which the build writes, announces a check."""
    return source.startswith("check(")


def _does_not_define(name: str, ran: Ran) -> str:
    other = f" but `{min(ran.defines)}`" if len(ran.defines) == 1 else ""
    return f"your cell does not define `{name}`{other}: keep the name that the exercise gives"


def _definitions(source: str) -> set[str]:
    """Return the names that a cell binds, but for those inside its functions and classes."""
    try:
        todo: list[ast.AST] = [ast.parse(source)]
    except (SyntaxError, ValueError):
        return set(_DEFINES.findall(source))
    found: set[str] = set()
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif not isinstance(node, ast.Lambda):
            todo += ast.iter_child_nodes(node)
        if _is_name(node) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(_bound_by(node))
    return found


def _bound_by(node: ast.alias) -> str:
    return (node.asname or node.name).partition(".")[0]


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _wanted(test: str) -> list[str]:
    """Return the names that a test cell uses and does not bind itself, in order."""
    try:
        nodes = list(ast.walk(ast.parse(test)))
    except SyntaxError:
        return []
    bound = {node.id for node in nodes if _is_name(node) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {_bound_by(node) for node in nodes if isinstance(node, ast.alias)}
    bound |= {str(name) for node in nodes if (name := getattr(node, "name", None))}
    used = [node for node in nodes if _is_name(node) and node.id not in bound]
    used.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in used))


def _is_changed(ran: Ran) -> bool:
    """Whether the saved notebook has another text of a cell than what ran, and a later one."""
    saved = _saved_cells(ran.began) if ran.cell_id else []
    texts = ["".join(cell["source"]) for cell in saved if cell.get("id") == ran.cell_id]
    return any(text.strip() != ran.source.strip() for text in texts)


def _saved_cells(after: float = 0.0) -> list[dict[str, Any]]:
    """Return the notebook's cells, where it is known and was saved after a time; else none."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        if path.suffix == ".ipynb" and path.stat().st_mtime > after:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            return [cell for cell in cells if isinstance(cell["source"], str | list)]
    return []
