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
"""Why the running cell must not judge; see `prepare`."""

_answer: str | None = None
"""The text of the answer that it judges; see `prepare`."""


def check(name: str, *, points: float) -> None:
    """Announce a test cell: its first line, written by the build.

    Args:
        name: what the cell checks.
        points: what it is worth.

    Raises:
        AssertionError: the answer in the notebook is not what the cell would judge.

    >>> check("the jobs overlap", points=2)
    >>> print(announced())
    the jobs overlap (2 points)
    >>> forget()
    """
    global _current
    _current = Check(name, points)
    if _objection:
        raise NotJudged(f"✗ {_objection}")
    # A scenario of the cell is not the student's code: "look at" must not name its lines.
    is_test(sys._getframe(1).f_code.co_filename)


def forget() -> None:
    """Forget what was announced: another cell begins, or the test has ended."""
    global _current, _objection, _answer
    _current, _objection, _answer = None, "", None


def prepare(objection: str, answer: str) -> None:
    """Say what is known of the answer that the next cell checks; see `forget`.

    Args:
        objection: why it cannot be judged; empty where it can.
        answer: its text; empty where it is not known.
    """
    global _objection, _answer
    _objection, _answer = objection, answer


def answer() -> str | None:
    """Return the text of the answer that is checked; None where nobody has said it."""
    return _answer


def announced() -> Check | None:
    """Return the check of the running test cell; None elsewhere."""
    return _current


def points_text(points: float) -> str:
    """Return points in words.

    >>> points_text(1), points_text(2.5)
    ('1 point', '2.5 points')
    """
    return f"{points:g} point{'' if points == 1 else 's'}"
