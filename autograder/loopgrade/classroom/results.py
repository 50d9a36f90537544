"""What a graded notebook says: the score of each cell, why points are lost, and its stamp."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils

from loopgrade.steps.stamp import is_stamp


@dataclass(frozen=True)
class Results:
    """What came of one notebook of a submission.

    Attributes:
        scores: of each cell that earns points, by grade id; None where only a human can say.
        lost: why a test earned nothing, in one text, by grade id.
        said: the same as teachers read it, hidden tests too.
        unanswered: the cells for an answer that are as they were released.
        stamp: what the grade rests on; empty where nothing of ours has graded it.
    """

    scores: Mapping[str, float | None] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    stamp: Mapping[str, Any] = field(default_factory=dict)

    @property
    def flags(self) -> dict[str, tuple[str, ...]]:
        """What smells of tampering, by exercise."""
        return {name: tuple(told) for name, told in self.stamp.get("flags", {}).items()}


def read_results(notebook: Path) -> Results:
    """Return what a graded notebook says.

    Args:
        notebook: the file, which nbgrader has written.

    Raises:
        OSError: it cannot be read.
        ValueError: it is half written, or no notebook.
    """
    told = nbformat.v4.reads(notebook.read_text(encoding="utf-8"))
    stamp = told.metadata.get("looplab")
    if not is_stamp(stamp):
        return Results()
    scores: dict[str, float | None] = {}
    lost: dict[str, str] = {}
    said: dict[str, str] = {}
    unanswered = set()
    for cell in told.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if utils.is_grade(cell):
            scores[grade_id] = utils.determine_grade(cell, _QUIET)[0]
        if utils.is_solution(cell):
            checksum = cell.metadata.nbgrader.get("checksum")
            if checksum == utils.compute_checksum(cell):
                unanswered.add(grade_id)
        for output in cell.get("outputs", []):
            if output.get("ename") in ("CheckFailed", "HiddenCheckFailed"):
                lost[grade_id] = output["evalue"]
                said[grade_id] = "\n".join(output["traceback"])
    return Results(scores, lost, said, frozenset(unanswered), stamp)


_QUIET = logging.Logger("nbgrader")
_QUIET.addHandler(logging.NullHandler())
