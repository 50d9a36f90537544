"""The stamp of a grade: under which conditions it was made, in the graded notebook's metadata.

A grade holds for one text of a submission, for one text of each test, for one secret, and
for one looplab. Whoever finds a graded notebook compares its stamp with what is there
now, and so knows whether the grade still holds, and if not, what has changed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor

import looplab
from loopgrade.examination import sandbox
from loopgrade.steps.cells import GradedCell
from loopgrade.steps.outputs import Notebook, Resources
from loopgrade.steps.reading import parsed_notebook, read_notebook

TIMESTAMP_FILE = "timestamp.txt"
"""Beside a submitted notebook: when it was handed in."""


def submission_digest(notebook: Path, read: Callable[[Path], Any] = read_notebook) -> str:
    """Return a digest of what a student handed in: the cells, and when.

    Outputs and metadata do not count: nothing is graded by them.

    Args:
        notebook: the submitted file, which can be read.
        read: reads it.

    Raises:
        OSError: the file cannot be read.
        NoNotebook: it is no notebook.
    """
    return _digest_of_cells(read(notebook).cells, timestamp_of(notebook.parent))


def digest_of(notebook: bytes, timestamp: bytes) -> str:
    """Return the same digest of the bytes of the two files.

    Args:
        notebook: what stands in the notebook.
        timestamp: of `timestamp_of`.

    Raises:
        NoNotebook: it is no notebook.
    """
    return _digest_of_cells(parsed_notebook(notebook).cells, timestamp)


def timestamp_of(folder: Path) -> bytes:
    """Return what a submission's folder says of when it was handed in; empty where nothing.

    Args:
        folder: the submission's.
    """
    file = folder / TIMESTAMP_FILE
    if not file.is_file():
        return b""
    with file.open("rb") as told:
        return told.read(1000).strip()


def _digest_of_cells(cells: Iterable[Any], timestamp: bytes) -> str:
    return _digest([[_cell(each) for each in cells], timestamp.decode("utf-8", "replace")])


def _cell(cell: Any) -> list[Any]:
    """Return what of a submitted cell decides what it is worth."""
    source, metadata = cell.get("source"), cell.get("metadata")
    text = "".join(source) if isinstance(source, list) else source
    claim = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = claim.get("grade_id") if isinstance(claim, dict) else None
    return [cell.get("cell_type"), text, grade_id]


def test_digests(known: Mapping[str, GradedCell]) -> dict[str, str]:
    """Return a digest of each test, its text and its points, by grade id.

    Args:
        known: what the gradebook knows, by grade id.
    """
    return {
        name: _digest([cell.source, cell.points]) for name, cell in known.items() if cell.is_test
    }


def secret_id(secret: bytes) -> str:
    """Return what tells a course's secret from another, and gives nothing of it away.

    >>> secret_id(b"a") == secret_id(b"a") != secret_id(b"b")
    True
    """
    return hmac.digest(secret, b"looplab: the id of this secret", "sha256").hex()[:16]


def _digest(told: Any) -> str:
    # Halves of surrogate pairs stand in some submissions; json writes them as escapes.
    return hashlib.sha256(json.dumps(told).encode("ascii")).hexdigest()[:32]


def conditions(known: Mapping[str, GradedCell], secret: bytes, isolation: str) -> dict[str, Any]:
    """Return the conditions under which a submission would be graded now.

    Args:
        known: what the gradebook knows of its notebook, by grade id.
        secret: the course's.
        isolation: how isolated the student's code runs.
    """
    return {
        "version": looplab.__version__,
        "python": platform.python_version(),
        "isolation": isolation,
        "secret": secret_id(secret),
        "tests": test_digests(known),
    }


def is_stamp(told: Any) -> bool:
    """Return whether a notebook's metadata hold a stamp, and not what somebody else wrote.

    >>> is_stamp({"submission": "as a student may write"})
    False
    """
    return (
        isinstance(told, dict)
        and all(isinstance(told.get(name), str) for name in _TEXTS)
        and told["isolation"] in sandbox.LEVELS
        and all(isinstance(told.get(name), dict) for name in ("tests", "flags"))
        and all(isinstance(each, list) for each in told["flags"].values())
    )


_TEXTS = ("version", "python", "isolation", "secret", "submission")


class Stamp(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Say in an examined notebook what its grade rests on; it is the last to change it."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Stamp a notebook that `Examine` has examined."""
        told = resources["nbgrader"]
        stamp = {**told["exam"].conditions, "submission": told["submission"]}
        nb.metadata["looplab"].update(nbformat.from_dict(stamp))
        return nb, resources
