"""Whether a student's notebook gives away a solution or a hidden test."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopgrade.authoring.lesson import Lesson, LessonError, cell_ids
from loopgrade.authoring.regions import regions

# What students must not see

_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)")
_MIN_LENGTH = 30  # characters; shorter ones, such as `await asyncio.sleep(0)`, are said everywhere


def check_nothing_leaks(path: Path, lesson: Lesson, notebook: dict[str, Any]) -> None:
    """Raise LessonError where what students get holds a solution, a hidden test or a delimiter."""
    cells = dict(zip(cell_ids(lesson), lesson.cells, strict=True))
    for shown in notebook["cells"]:
        text = "".join(shown["source"])
        cell = cells.get(shown.get("id"))  # None in a header that nbgrader was told to add
        place = f"the cell at line {cell.line}" if cell else "nbgrader's header or footer"
        if found := _MARKER.search(text):
            raise LessonError(
                f"{path}:1: students would see `{found[0]}` in {place}; leave nbgrader's"
                " delimiters as they are in nbgrader_config.py."
            )
        for secret in _secrets(lesson):
            # Tests look alike: what students see of one may share its form with a hidden one.
            alike = secret.kind == "hidden test" and cell is not None and cell.role == "test"
            if _gives_away(text, secret.text, whole=alike):
                raise LessonError(
                    f"{path}:{secret.line}: students would see this {secret.kind} in {place};"
                    " take it out of there."
                )


@dataclass(frozen=True)
class _Secret:
    """A solution or a hidden test, and the line of the file on which it begins."""

    kind: str
    line: int
    text: str


def _secrets(lesson: Lesson) -> Iterator[_Secret]:
    for cell in lesson.cells:
        lines = cell.source.split("\n")
        for region in regions(cell.source):
            kind = "solution" if region.kind == "SOLUTION" else "hidden test"
            text = "\n".join(lines[region.first : region.last - 1])
            yield _Secret(kind, cell.line + region.first - 1, text)


def _gives_away(text: str, secret: str, *, whole: bool) -> bool:
    """Return whether `text` shows so much of `secret` that a student could copy it.

    That is half of its telling lines in a row: at least three, or all of fewer, and at
    most six. With `whole`, it is all of them.
    """
    hidden, shown = _telling_lines(secret), _telling_lines(text)
    size = len(hidden) if whole else min(len(hidden), max(3, math.ceil(len(hidden) / 2)), 6)
    return any(
        len("".join(part)) >= _MIN_LENGTH for part in _rows(hidden, size) & _rows(shown, size)
    )


def _rows(lines: list[str], size: int) -> set[tuple[str, ...]]:
    """Return each row of `size` lines that follow one another."""
    return {tuple(lines[start : start + size]) for start in range(len(lines) - size + 1)}


# `else:`, `try:`, `return`, a lone bracket.
_TELLS_NOTHING = re.compile(
    r"(\W|\b(pass|else|try|finally|return|continue|break|None|True|False)\b)*"
)


def _telling_lines(text: str) -> list[str]:
    """Return the lines that say something, without comments, blanks and quote marks."""
    lines = (line.lstrip("> \t") for line in text.split("\n"))
    return [
        "".join(line.split())
        for line in lines
        if not line.startswith("#") and not _TELLS_NOTHING.fullmatch(line)
    ]
