"""Answers as students write them, judged as a notebook does: by a lesson's own visible tests."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import looplab
from looplab import CheckFailed
from looplab.notebook.answers import Answers
from looplab.observer import announcing

LESSONS = Path(__file__).parents[1] / "autograder" / "lessons"

MARK = "  # <-"
"""Stands behind the line that is to be quoted; it is taken out before the answer runs."""


@functools.cache
def visible_tests(lesson: str, exercise: str) -> list[str]:
    """The visible tests of an exercise, as the student's notebook has them."""
    from loopgrade.authoring.lesson import read_lesson

    cells = read_lesson(LESSONS / f"{lesson}.py").cells
    found = [cell for cell in cells if cell.exercise == exercise and cell.role == "test"]
    texts = (cell.source.partition("### BEGIN HIDDEN TESTS")[0] for cell in found)
    return [
        f"check({cell.name!r}, points={cell.points})\n{text}"
        for cell, text in zip(found, texts, strict=True)
    ]


def verdicts(lesson: str, exercise: str, source: str) -> Iterator[tuple[str, str]]:
    """Yield the cause and the message of each visible test that an answer fails."""
    names: dict[str, Any] = {name: getattr(looplab, name) for name in looplab.__all__}
    answers = Answers(names)
    answers.begin(source, exercise)
    error: BaseException | None = None
    try:
        exec(compile(source, f"<answer {exercise}>", "exec"), names)
    except Exception as caught:
        error = caught
    answers.end(error)
    for number, test in enumerate(visible_tests(lesson, exercise)):
        filename = f"<test {exercise} {number}>"
        announcing.forget()
        known = test, f"{exercise}-{number}"
        announcing.prepare(answers.objection(*known), answers.answer(*known))
        try:
            exec(compile(test, filename, "exec"), dict(names))
        except CheckFailed as failed:
            yield (failed.finding.cause if failed.finding else ""), str(failed)
        except announcing.NotJudged as objected:
            yield str(objected), str(objected)
