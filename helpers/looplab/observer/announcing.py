"""Which check the running test cell has announced."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from looplab.recorder.waiting import is_test


@dataclass(frozen=True)
class Check:
    """A test cell, by its name.

    Attributes:
        name: what it checks, in the words of the course.
        points: what it is worth.
    """

    name: str
    points: float

    def __str__(self) -> str:
        return f"{self.name} ({points_text(self.points)})"


class NotJudged(AssertionError):
    """A test cell cannot judge the answer: it is not there, or not what stands in the notebook.

    A notebook shows its one line, and no traceback.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


_current: Check | None = None
"""What the running test cell announced; see `forget`."""

_objection = ""
"""Why the running cell must not judge; see `object_to`."""


def check(name: str, *, points: float) -> None:
    """Announce a test cell: its first line, written by the build.

    Args:
        name: what the cell checks.
        points: what it is worth.

    Raises:
        NotJudged: the answer in the notebook is not what the cell would judge.

    >>> check("the jobs overlap", points=2)
    >>> print(announced())
    the jobs overlap (2 points)
    >>> forget()
    """
    global _current
    _current = Check(name, points)
    if _objection:
        raise NotJudged(f"✗ {_current}: {_objection}")
    # A scenario of the cell is not the student's code: "look at" must not name its lines.
    is_test(sys._getframe(1).f_code.co_filename)


def forget() -> None:
    """Forget what was announced: another cell begins, or the test has ended."""
    global _current, _objection
    _current, _objection = None, ""


def object_to(reason: str) -> None:
    """Let the check that is announced next judge nothing, and say why; see `forget`."""
    global _objection
    _objection = reason


def announced() -> Check | None:
    """Return the check of the running test cell; None elsewhere."""
    return _current


def points_text(points: float) -> str:
    """Return points in words.

    >>> points_text(1), points_text(2.5)
    ('1 point', '2.5 points')
    """
    return f"{points:g} point{'' if points == 1 else 's'}"
