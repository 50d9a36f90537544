"""What a kernel knows of the notebook that it runs: its file, its cells, what has been judged.

The build leaves two things in a cell, under `looplab` in its metadata: in that of an answer the
`stub`, its text as it is handed out; in that of a test `more`, where it goes on when it is graded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from looplab.notebook.answers import Answers, Ran
from looplab.notebook.progress import UNREADABLE, notebook_of
from looplab.notebook.totals import Totals


class NoDesk(Exception):
    """This is no notebook of a lesson that can be read; the text says what to do.

    A notebook shows its one line, and no traceback.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True)
class Desk:
    """A notebook at work.

    Attributes:
        path: its file.
        content: what the file held when it was last saved.
        saved: when that was, in seconds since the epoch.
        names: the kernel's own.
        answers: the cells that have run.
        totals: the verdicts of the checks that have run.
    """

    path: Path
    content: dict[str, Any]
    saved: float
    names: dict[str, Any]
    answers: Answers
    totals: Totals

    def cells(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the code cells that nbgrader knows, each with its id there."""
        for cell in self.content["cells"]:
            told = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and "grade_id" in told:
                yield str(told["grade_id"]), cell

    def answer(self, exercise: str) -> dict[str, Any]:
        """Return the cell with the answer of an exercise.

        Raises:
            NoDesk: there is no such exercise.
        """
        found = {
            name: cell for name, cell in self.cells() if cell["metadata"]["nbgrader"]["solution"]
        }
        if exercise not in found:
            known = ", ".join(found) or "none"
            raise NoDesk(f"There is no exercise {exercise!r} in this notebook; there are: {known}.")
        return found[exercise]

    def unsaved(self, cell: dict[str, Any]) -> Ran | None:
        """Return the run of a cell whose text is newer than the file; None where it has none."""
        ran = self.answers.ran(str(cell.get("id")))
        if ran is None or ran.began < self.saved or ran.source.strip() == text_of(cell).strip():
            return None
        return ran

    def newest(self, cell: dict[str, Any]) -> str:
        """Return the newest text of a cell: as it ran last, or as it was saved after that."""
        ran = self.unsaved(cell)
        return text_of(cell) if ran is None else ran.source


_kernel: tuple[dict[str, Any], Answers, Totals] | None = None
"""What `open_desk` has been told of this kernel."""


def prepare(names: dict[str, Any], answers: Answers, totals: Totals) -> None:
    """Say what this kernel has run and judged; `desk` reads the file when it is asked."""
    global _kernel
    _kernel = names, answers, totals


def clear() -> None:
    """Forget what `prepare` has said."""
    global _kernel
    _kernel = None


def desk() -> Desk:
    """Return the notebook that this kernel runs.

    Raises:
        NoDesk: it does not run one, nobody says which, or the file cannot be read.
    """
    if _kernel is None:
        raise NoDesk("This works in a notebook of the course, after its first code cell has run.")
    path = notebook_of(_kernel[0])
    if path is None:
        raise NoDesk("Nobody says which file this notebook is; open it in JupyterLab or VS Code.")
    try:
        saved = path.stat().st_mtime
        content = json.loads(path.read_text(encoding="utf-8"))
        found = Desk(path, content, saved, *_kernel)
        list(found.cells())
    except UNREADABLE:
        raise NoDesk(f"{path.name} cannot be read; save the notebook, and try again.") from None
    return found


def text_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell of a notebook's file.

    >>> text_of({"source": ["a\\n", "b"]})
    'a\\nb'
    """
    return "".join(cell["source"])


def kept(cell: dict[str, Any], name: str) -> Any:
    """Return what the build has left in a cell under `looplab`; None where it has not."""
    told = cell["metadata"].get("looplab")
    return told.get(name) if isinstance(told, dict) else None
