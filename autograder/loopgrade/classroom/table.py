"""A class on a terminal: a line for each student, and what a teacher is to look at."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence

from loopgrade.classroom.rows import Row


def flags(rows: Sequence[Row]) -> str:
    """Return what a teacher is to look at, a line for each reason.

    >>> from loopgrade.classroom.states import State
    >>> print(flags([Row("ada", State.FLAGGED, flags={"twice": ("uses ctypes",)})]))
    ada, twice: the code uses ctypes
    """
    return os.linesep.join(
        f"{row.student}, {exercise}: the code {reason}"
        for row in rows
        for exercise, reasons in row.flags.items()
        for reason in reasons
    )


def reasons(rows: Sequence[Row]) -> str:
    """Return why each point was lost, a line for each test.

    >>> from loopgrade.classroom.rows import Score
    >>> from loopgrade.classroom.states import State
    >>> print(reasons([Row("ada", State.GRADED, (Score("twice", 1, 2, ("it gave 3",)),))]))
    ada, twice: it gave 3
    """
    return os.linesep.join(
        f"{row.student}, {score.exercise}: {reason}"
        for row in rows
        for score in row.scores
        for reason in score.lost
    )


def table(rows: Sequence[Row]) -> str:
    """Return results as a table, a line for each student.

    >>> from loopgrade.classroom.rows import Score
    >>> from loopgrade.classroom.states import State
    >>> print(table([Row("ada", State.GRADED, (Score("twice", 1, 2),), fresh=True)]))
    student  twice  points  status
    -------  -----  ------  ------
    ada      1/2    1/2     graded
    """
    exercises = list(dict.fromkeys(score.exercise for row in rows for score in row.scores))
    late = any(row.late for row in rows)
    lines = [["student", *exercises, "points", *(["penalty", "final"] * late), "status"]]
    for row in rows:
        by_name = {score.exercise: f"{score.points:g}/{score.of:g}" for score in row.scores}
        cells = [by_name.get(exercise, "-") for exercise in exercises]
        cells.append(f"{row.points:g}/{row.of:g}" if row.scores else "-")
        if late:
            cells += [f"{row.penalty:g}", f"{row.final:g}"] if row.scores else ["-", "-"]
        lines.append([row.student, *cells, _status(row)])
    widths = [max(map(_width, column)) for column in list(zip(*lines, strict=True))[:-1]]
    widths.append(len(lines[0][-1]))
    lines.insert(1, ["-" * width for width in widths])
    return os.linesep.join(
        "  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _status(row: Row) -> str:
    said = row.status + (f": {row.why}" if row.why else "")
    if row.late:
        said += f", {_duration(row.late)} late"
    return said + (f", look at {', '.join(row.flags)}" if row.must_be_looked_at else "")


def _duration(seconds: float) -> str:
    """Return how long something is, in the largest unit that fits.

    >>> _duration(90), _duration(7200), _duration(3 * 86400)
    ('2 min', '2 h', '3 d')
    """
    for unit, length in (("d", 86400), ("h", 3600)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 60:.0f} min"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> _width("ada"), _width("李雷")
    (3, 4)
    """
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
