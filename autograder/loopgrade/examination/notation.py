"""What of a cell is IPython's and not Python's: magics, shell lines, question marks.

IPython's own transformer decides, here, on text, before a cell goes to the subject. A cell that
is Python as it stands is handed on as it stands. In any other, what is IPython's becomes a call
of `get_ipython()`, which the subject has a stand-in for (`looplab.subject.shell`), and every line
keeps its number.

A cell magic that runs its cell in the notebook's own names, such as `%%time`, is taken off.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from looplab.notebook.timeline_magic import is_asked_for, without_magic

MAX_SOURCE = 100_000
"""Characters of a cell that are looked at: one that is longer is not read."""

MAX_SOURCES = 4 * MAX_SOURCE
"""Characters of all cells of one submission that are looked at."""

MAX_WORK = 40_000
"""Lines times lines with a sign of IPython's, of one submission: its transformer reads a cell
anew for each such line, 50 microseconds a line."""

RUN_AS_THEY_ARE = frozenset({"time", "prun", "capture"})
"""Cell magics that run their cell in the notebook's own names."""

_SIGNS = re.compile(r"^\s*[%!?/,;]|\?\s*$|=\s*[%!]|^\s*(>>>|In \[|\.\.\.)")


@dataclass(frozen=True)
class PlainCell:
    """A cell as Python.

    Attributes:
        source: its text; every line stands where it stood.
        timeline: whether it begins with `%%timeline`.
        readable: whether it, and those before it, are short enough to be looked at here.
    """

    source: str
    timeline: bool = False
    readable: bool = True


class Notation:
    """Reads the cells of one submission; what it may cost is limited.

    >>> Notation().plain("%matplotlib inline\\nx = 1").source
    "get_ipython().run_line_magic('matplotlib', 'inline')\\nx = 1\\n"
    >>> Notation().plain("text = (\\n'%s'\\n% 1\\n)").source
    "text = (\\n'%s'\\n% 1\\n)"
    """

    def __init__(self) -> None:
        self._characters, self._work = MAX_SOURCES, MAX_WORK

    def plain(self, source: str) -> PlainCell:
        """Return a cell as Python; as it stands where that is not to be had.

        Args:
            source: its text, as it was handed in.
        """
        timeline = is_asked_for(source)
        lines = without_magic(source.lstrip("\n").splitlines(True)) if timeline else []
        above = "\n" * (len(source) - len(source.lstrip("\n")))
        text = above + "".join(lines) if timeline else source
        self._characters -= len(text)
        if len(text) > MAX_SOURCE or self._characters < 0:
            return PlainCell(text, timeline, readable=False)
        return PlainCell(self._as_python(text, 0), timeline)

    def _as_python(self, source: str, depth: int) -> str:
        if depth > 3 or _is_python(source):
            return source
        lines = source.splitlines()
        self._work -= len(lines) * sum(bool(_SIGNS.search(line)) for line in lines)
        if self._work < 0:
            return source
        try:
            text = str(_transformer().transform_cell(source))
        except Exception:  # it is neither: Python's own error says what to mend
            return source
        above = "\n" * _blank_lines_above(lines)
        magic = _cell_magic(text)
        if magic is None or magic[0] not in RUN_AS_THEY_ARE:
            return above + text
        name, options, body = magic
        text = above + "\n" + self._as_python(body, depth + 1)
        if name == "capture" and options[-1:] and options[-1].isidentifier():
            text = f"{text.rstrip()}\n{options[-1]} = get_ipython().captured()\n"
        return text


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _blank_lines_above(lines: list[str]) -> int:
    """Return how many lines IPython drops at the top of a cell."""
    return next((n for n, line in enumerate(lines) if line.strip()), 0)


def _cell_magic(text: str) -> tuple[str, list[str], str] | None:
    """Return the name, options and body of a cell that is one cell magic, as transformed."""
    match _body_of(text):
        case [
            ast.Expr(
                ast.Call(
                    func=ast.Attribute(attr="run_cell_magic"),
                    args=[
                        ast.Constant(str(name)),
                        ast.Constant(str(line)),
                        ast.Constant(str(body)),
                    ],
                )
            )
        ]:
            return name, line.split(), body
    return None


def _body_of(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


@cache
def _transformer() -> Any:
    from IPython.core.inputtransformer2 import TransformerManager  # 0.3 s, and few cells need it

    return TransformerManager()
