"""What a submission has changed that was not the student's to change, for a human to look at.

Grades do not hang on it: tests are put back before anything is graded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbgrader import utils

from loopgrade.steps.cells import GradedCell, grade_id_of
from loopgrade.steps.stamp import TIMESTAMP_FILE
from looplab.pictures.describing import one_line


def tampering(
    cells: Sequence[Any], known: Mapping[str, GradedCell], released: Mapping[str, str]
) -> Iterator[str]:
    """Yield what of a notebook's own cells was edited, deleted or doubled, in a few words each.

    Args:
        cells: as they were handed in.
        known: what the gradebook knows of the notebook, by grade id.
        released: the text of each cell as students get it now, by grade id.
    """
    claimed: dict[str, list[Any]] = {}
    for cell in cells:
        if (id := grade_id_of(cell)) is not None:
            claimed.setdefault(id, []).append(cell)
    for id, trusted in known.items():
        mine = claimed.pop(id, [])
        what = f"test {id}" if trusted.is_test else f"the answer cell {id}"
        if not trusted.is_test and not trusted.is_answer:
            continue
        if not mine:
            yield f"{what} is missing"
        if len(mine) > 1:
            yield f"{what} is there {len(mine)} times"
        if mine and trusted.is_test and id in released:
            yield from _edited(what, mine, released[id])
    for id in claimed.keys() - released.keys():
        yield f"a cell says that it is {one_line(id, 40)}, and the lesson has none"


def _edited(what: str, mine: Sequence[Any], released: str) -> Iterator[str]:
    changed = [
        cell for cell in mine if cell.source != released and _text(cell.source) != _text(released)
    ]
    if changed:
        # A cell that nobody has touched still has the checksum that it was released with.
        honest = all(
            cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            for cell in changed
        )
        yield f"{what} is of another release" if honest else f"{what} was edited"


def _text(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def extra_files(folder: Path, notebooks: Mapping[str, object]) -> list[str]:
    """Return the names of the files that lie beside the notebooks of a submission.

    Args:
        folder: of the submission.
        notebooks: the names that the lesson's notebooks have.
    """
    ours = {TIMESTAMP_FILE, *(f"{name}.ipynb" for name in notebooks)}
    found = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    return [
        one_line(path.as_posix(), 60)
        for path in found
        # A dot is before what an editor lays there.
        if path.as_posix() not in ours and not any(part.startswith(".") for part in path.parts)
    ]
