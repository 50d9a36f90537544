"""One small file that keeps somebody's work: answers, predictions and progress.

It is made of the notebooks as they were saved last, and put back into notebooks of this or a later
version of the lessons. Only texts are kept, and they go only into cells that are there to be
written in. What somebody has written meanwhile is never overwritten unless they say so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from looplab.notebook.desk import NoDesk, desk
from looplab.notebook.progress import FILE as PROGRESS
from looplab.notebook.progress import write_whole

KEPT = "my-work.looplab.json"
"""The file, where no other is named."""

BEFORE_RESET = "before-reset.looplab.json"
"""The file with answers whose exercise was begun again."""

VERSION = 1

MAX_BYTES = 5 * 2**20
"""Of a file that is read; all of a course's answers have some 100 kB."""


class KeepingError(Exception):
    """Work cannot be kept or put back; the text says what to do."""


@dataclass(frozen=True, repr=False)
class Saved:
    """The file in which work is kept; a notebook shows what to do with it.

    Attributes:
        file: where it is.
        cells: how many texts are in it.
    """

    file: Path
    cells: int

    def __str__(self) -> str:
        return str(self.file)

    def __repr__(self) -> str:
        cells = "1 cell" if self.cells == 1 else f"{self.cells} cells"
        return (
            f"What you wrote in {cells} is kept in {self.file.name}, as it was saved or has run "
            "last. On Binder, download that file: right-click it in the list of files on the left."
        )


@dataclass(repr=False)
class Restored:
    """What came of putting work back, by notebook and cell.

    Attributes:
        written: cells that have the kept text now.
        same: cells that had it.
        newer: cells that hold other work, which stays.
        lost: cells of the kept file that no notebook has any more.
    """

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"Cells put back: {len(self.written)}. Already as kept: {len(self.same)}."]
        if self.newer:
            lines.append(
                f"{len(self.newer)} hold other work and stay: {', '.join(self.newer)}. "
                "To have the kept work there instead, say so: looplab restore --replace, or "
                "looplab.restore(replace=True) in a cell."
            )
        if self.lost:
            lines.append(f"The lessons have no such cell any more: {', '.join(self.lost)}.")
        if self.written:
            lines.append("Is the notebook open? Choose File > Reload Notebook from Disk.")
        return "\n".join(lines)

    __repr__ = __str__


def save(folder: str | Path = ".", file: str | Path | None = None) -> Saved:
    """Keep the work of all notebooks of a folder in one file; save the notebooks before.

    Of the notebook in which it is called also counts what has run since it was saved.

    Args:
        folder: where the notebooks are.
        file: where to keep it; left out, `my-work.looplab.json` in that folder.

    Returns:
        The file, and how much is in it.

    Raises:
        KeepingError: there is no notebook of a lesson.
    """
    folder = Path(folder)
    lessons = {path.stem: _work(_newest(path, cells)) for path, cells in _notebooks(folder)}
    if not lessons:
        raise KeepingError("There is no notebook of a lesson here; go to the folder with yours.")
    told = {"looplab": VERSION, "lessons": lessons, "progress": _json(folder / PROGRESS)}
    target = folder / KEPT if file is None else Path(file)
    write_whole(target, told)
    return Saved(target, sum(map(len, lessons.values())))


def _newest(path: Path, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells of a notebook; of the one that this kernel runs, as they ran last."""
    with suppress(NoDesk):
        mine = desk()
        if mine.path.resolve() == path.resolve():
            return [{**cell, "source": mine.newest(cell)} for cell in cells]
    return cells


def keep_answer(notebook: Path, exercise: str, text: str) -> Path:
    """Keep one answer in `before-reset.looplab.json`, beside those of other exercises.

    Args:
        notebook: the file in which it stands.
        exercise: its name.
        text: the answer.

    Returns:
        The file; `restore` can read it.

    Raises:
        OSError: it cannot be written.
    """
    file = notebook.with_name(BEFORE_RESET)
    lessons: dict[str, dict[str, str]] = {}
    with suppress(KeepingError):
        lessons = _kept(file)
    lessons.setdefault(notebook.stem, {})[exercise] = text
    write_whole(file, {"looplab": VERSION, "lessons": lessons})
    return file


def restore(
    folder: str | Path = ".", file: str | Path | None = None, *, replace: bool = False
) -> Restored:
    """Put kept work back into the notebooks of a folder; close them before.

    Args:
        folder: where the notebooks are.
        file: where it was kept; left out, `my-work.looplab.json` in that folder.
        replace: whether it also takes the place of other work.

    Raises:
        KeepingError: the file is not there, or is no such file.
    """
    folder = Path(folder)
    kept = _kept(folder / KEPT if file is None else Path(file))
    done = Restored()
    there = dict(_notebooks(folder))
    for path, cells in there.items():
        texts = kept.pop(path.stem, {})
        before = len(done.written)
        for cell in cells:
            name = _place(cell)
            if name is None or name not in texts:
                continue
            text, place = texts.pop(name), f"{path.stem}/{name}"
            mine = "".join(cell["source"])
            if mine == text:
                done.same.append(place)
            elif replace or not _is_written(cell):
                cell["source"] = text.splitlines(keepends=True)
                done.written.append(place)
            else:
                done.newer.append(place)
        done.lost += [f"{path.stem}/{name}" for name in texts]
        if len(done.written) > before:
            notebook = _json(path)
            notebook["cells"] = cells
            write_whole(path, notebook)
    done.lost += [f"{lesson}/{name}" for lesson, texts in kept.items() for name in texts]
    return done


def _kept(file: Path) -> dict[str, dict[str, str]]:
    """Return the texts of a kept file, by lesson and cell: it may have been anywhere meanwhile."""
    if not file.is_file():
        raise KeepingError(f"There is no file {file.name}; name the one that `save` has written.")
    if file.stat().st_size > MAX_BYTES:
        raise KeepingError(f"{file.name} is too large to be kept work; name another file.")
    told = _json(file)
    lessons = told.get("lessons")
    if told.get("looplab") != VERSION or not isinstance(lessons, dict):
        raise KeepingError(f"{file.name} is no file that `save` has written; name another one.")
    return {
        lesson: {name: text for name, text in texts.items() if isinstance(text, str)}
        for lesson, texts in lessons.items()
        if isinstance(texts, dict)
    }


def _notebooks(folder: Path) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Yield the notebooks of lessons, with their cells."""
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        cells = _json(path).get("cells")
        if isinstance(cells, list) and any(map(_is_answer, cells)):
            yield path, cells


def _work(cells: list[dict[str, Any]]) -> dict[str, str]:
    """Return what somebody has written into a notebook, by the place of the cell."""
    places = ((_place(cell), cell) for cell in cells)
    return {
        place: "".join(cell["source"])
        for place, cell in places
        if place is not None and _is_written(cell)
    }


def _place(cell: Any) -> str | None:
    """Return what names a cell that is there to be written in; None for any other."""
    if _is_answer(cell):
        return str(cell["metadata"]["nbgrader"]["grade_id"])
    return str(cell.get("id")) if _stub_of_prediction(cell) is not None else None


def _is_answer(cell: Any) -> bool:
    try:
        told = cell["metadata"]["nbgrader"]
        return bool(cell["cell_type"] == "code" and told["solution"] and told["grade_id"])
    except (KeyError, TypeError):
        return False


def _is_written(cell: dict[str, Any]) -> bool:
    """Whether a cell holds something else than what the lesson hands out."""
    source = "".join(cell["source"])
    if not _is_answer(cell):
        return source.strip() != str(_stub_of_prediction(cell)).strip()
    told = cell["metadata"]["nbgrader"]
    # As nbgrader.utils.compute_checksum has it: no grade, a solution, not locked.
    parts = (source, "code", "False", "True", "False", str(told["grade_id"]))
    return bool(hashlib.md5("".join(parts).encode()).hexdigest() != told.get("checksum"))


def _stub_of_prediction(cell: Any) -> str | None:
    """Return the text of a prediction as the lesson hands it out; None for any other cell."""
    try:
        told = cell["metadata"]["looplab"]["prediction"]
    except (KeyError, TypeError):
        return None
    return told if isinstance(told, str) else None


def _json(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
