"""Begin an exercise again: its cell as it was handed out, and what stood there is kept."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import dataclass
from typing import Any

from looplab.notebook.answers import Ran
from looplab.notebook.desk import Desk, NoDesk, desk, kept, text_of
from looplab.notebook.keeping import keep_answer

_CALL = re.compile(
    r"^\s*(import looplab\s*(;.*)?|from looplab import .*\breset\b.*|(looplab\.)?reset\(.*)$\n?",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Reset:
    """An exercise that begins again.

    Attributes:
        exercise: its name.
        stub: the text of its cell, as the lesson hands it out.
        answer: what stood there.
        replaced: whether the cell has the stub already.
        file: where the answer is kept; empty where there was none.
    """

    exercise: str
    stub: str
    answer: str
    replaced: bool
    file: str

    def __str__(self) -> str:
        return "\n".join(self._told() if self.replaced else [*self._told(), "", self.stub])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{html.escape(line)}</p>" for line in self._told())
        stub = "" if self.replaced else f"<pre>{html.escape(self.stub)}</pre>"
        if not self.answer:
            return told + stub
        answer = f"<summary>What stood there</summary><pre>{html.escape(self.answer)}</pre>"
        return f"{told}{stub}<details>{answer}</details>"

    def _told(self) -> list[str]:
        first = f"{self.exercise} begins again."
        if not self.replaced:
            first += f" Put this into its cell; or run looplab.reset() in the cell {self.exercise}."
        return [first, f"What stood there is kept in {self.file}."] if self.file else [first]


def reset(exercise: str | None = None) -> Reset | None:
    """Begin an exercise of this notebook again.

    In the first line of the answer's own cell, `looplab.reset()` puts the stub there in place of
    all else. In another cell, `looplab.reset("say_both")` returns the stub, to be pasted. The
    answer is kept in `before-reset.looplab.json` beside the notebook, which `looplab.restore` can
    read.

    Args:
        exercise: its name; left out, that of the cell that runs.

    Returns:
        The stub, and what stood there; None in the answer's own cell, which shows it.

    Raises:
        looplab.notebook.desk.NoDesk: there is no such exercise, or the notebook does not say how
            it began.

    Example:
        reset("say_both")
    """
    mine = desk()
    running = mine.answers.running()
    name = exercise or (running.cell_id if running else "")
    cell = mine.answer(name)
    stub = kept(cell, "stub")
    if not isinstance(stub, str):
        raise NoDesk("This notebook does not say how its exercises began; take the lesson anew.")
    own = running is not None and running.cell_id == name
    answer = _answer(mine, cell, running if own else None)
    if answer.strip() == stub.strip():
        answer = ""
    file = keep_answer(mine.path, name, answer).name if answer else ""
    shell = _shell()
    again = Reset(name, stub, answer, own and shell is not None, file)
    if not again.replaced:
        return again
    from IPython.display import display

    shell.set_next_input(stub, replace=True)
    display(again)  # the call may stand above an answer, whose last line would be shown
    return None


def _answer(mine: Desk, cell: dict[str, Any], running: Ran | None) -> str:
    """Return what stood in the cell; in one that runs, without the call of `reset`."""
    if running is None:
        return mine.newest(cell)
    left = _CALL.sub("", running.source)
    return left if left.strip() else _CALL.sub("", text_of(cell))


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()
