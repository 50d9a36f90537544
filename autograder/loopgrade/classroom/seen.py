"""*Seen, all right*: who has looked at what smells in an answer, and when.

nbgrader knows only whether a test waits for a human, and a new grading makes it wait again. So
it is kept here, once for an exercise, and holds as long as the same work smells of the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from loopgrade.classroom.results import Results
from loopgrade.steps.cells import exercise_of
from looplab.notebook.progress import write_whole

SEEN_FILE = ".looplab_seen.json"
"""In the course's folder."""


@dataclass(frozen=True)
class Seen:
    """That somebody has looked at an exercise.

    Attributes:
        by: who.
        when: the day, such as `2026-11-02`.
        submission: a digest of the work that was looked at.
        flags: what it smelt of.
    """

    by: str
    when: str
    submission: str
    flags: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a few words.

        >>> print(Seen("A. Doe", "2026-11-02", "", ()))
        seen by A. Doe on 2026-11-02
        """
        return f"seen by {self.by} on {self.when}"


def seen_of(
    root: Path, lesson: str, student: str, results: Mapping[str, Results]
) -> dict[str, Seen]:
    """Return who has looked at what, by exercise, where that still holds.

    Args:
        root: the course's folder.
        lesson: its name.
        student: whose work.
        results: what came of each of the notebooks.
    """
    kept = _read(root).get(lesson, {}).get(student, {})
    found = {}
    for each in results.values():
        for exercise, flags in each.flags.items():
            told = kept.get(exercise)
            if told is not None and (told["submission"], tuple(told["flags"])) == (
                each.stamp["submission"],
                flags,
            ):
                found[exercise] = Seen(told["by"], told["when"], told["submission"], flags)
    return found


def see(
    root: Path,
    gradebook: Gradebook,
    lesson: str,
    student: str,
    told: Mapping[str, Seen],
) -> None:
    """Keep that somebody has looked at exercises, and let them wait for nobody.

    Args:
        root: the course's folder.
        gradebook: nbgrader's.
        lesson: its name.
        student: whose work.
        told: who has looked, and when, by exercise.
    """
    kept = _read(root)
    mine = kept.setdefault(lesson, {}).setdefault(student, {})
    for exercise, each in told.items():
        mine[exercise] = {
            "by": each.by,
            "when": each.when,
            "submission": each.submission,
            "flags": list(each.flags),
        }
    write_whole(root / SEEN_FILE, kept)
    for book in gradebook.find_submission(lesson, student).notebooks:
        for grade in book.grades:
            # What only a human can grade goes on waiting for one.
            if exercise_of(grade.name) in told and grade.auto_score is not None:
                grade.needs_manual_grade = False
    gradebook.db.commit()


def forget(root: Path, student: str) -> None:
    """Keep nothing more of who has looked at a student's work.

    Args:
        root: the course's folder.
        student: whose.
    """
    kept = _read(root)
    if any(student in of_lesson for of_lesson in kept.values()):
        for of_lesson in kept.values():
            of_lesson.pop(student, None)
        write_whole(root / SEEN_FILE, kept)


def _read(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / SEEN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
