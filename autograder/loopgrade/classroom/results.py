"""What a graded notebook says: the score of each cell, why points are lost, and its stamp."""

from __future__ import annotations

import json
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

    @property
    def beside(self) -> tuple[str, ...]:
        """The tests that ran beside the student's code: the examiner has not judged them."""
        return tuple(self.stamp.get("beside", ()))


def read_results(notebook: Path) -> Results:
    """Return what a graded notebook says.

    Args:
        notebook: the file, which nbgrader has written.

    Raises:
        OSError: it cannot be read.
        ValueError: it is half written, or no notebook.
    """
    told = json.loads(notebook.read_text(encoding="utf-8"))
    if not isinstance(told, dict) or not is_stamp(stamp := told.get("metadata", {}).get("looplab")):
        return Results()
    scores: dict[str, float | None] = {}
    lost: dict[str, str] = {}
    said: dict[str, str] = {}
    unanswered = set()
    for cell in _graded(told["cells"]):
        grade_id = cell.metadata["nbgrader"]["grade_id"]
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


def _graded(cells: list[Any]) -> list[Any]:
    """Return what nbgrader has graded, as it reads it; what was drawn earns nothing."""
    mine = [
        {
            **cell,
            "outputs": [
                each for each in cell.get("outputs", []) if each["output_type"] != "display_data"
            ],
        }
        for cell in cells
        if cell["metadata"].get("nbgrader")
    ]
    book = nbformat.from_dict({"cells": mine})
    return list(nbformat.v4.rwbase.rejoin_lines(book).cells)


_QUIET = logging.Logger("nbgrader")
_QUIET.addHandler(logging.NullHandler())
