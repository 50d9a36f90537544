"""A solution of an exercise, for who has the points or has tried: its text, and both timelines.

The solutions are not in a student's notebook. They come from the grader, where it is installed and
has the course; a course that is graded shows none (`c.Lessons.solutions` in nbgrader_config.py).
"""

from __future__ import annotations

import html
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from looplab.notebook.desk import Desk, NoDesk, desk, text_of
from looplab.notebook.grader import NoGrader, ask
from looplab.notebook.progress import TRIES, exercises_of, has_all_points, tries
from looplab.notebook.sentences import paragraph
from looplab.observer import announcing
from looplab.observer.observing import observe
from looplab.pictures.showing import compare
from looplab.recorder.waiting import is_test
from looplab.runs.run import Run


@dataclass(frozen=True)
class Solution:
    """A solution of an exercise; a notebook shows it with the timelines below it.

    Attributes:
        exercise: its name.
        text: the cell that the course's authors have written.
        why: why that is as it is, and which mistake it avoids; empty where they do not say.
        others: other answers that pass all tests, each with what is particular about it.
        test: the check whose program the timelines show; empty where there is none.
        runs: the student's run of it and the solution's; none where the check observes none.
    """

    exercise: str
    text: str
    why: str
    others: tuple[tuple[str, str], ...]
    test: str = ""
    runs: tuple[Run, ...] = ()

    def __str__(self) -> str:
        others = "".join(f"\n\n\n# Another way: {name}\n{text}" for name, text in self.others)
        why = f"\n\n{self.why}" if self.why else ""
        return f"{self.text}{why}{others}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        others = "".join(
            f"<details><summary>Another way: {html.escape(name)}</summary>{_code(text)}</details>"
            for name, text in self.others
        )
        shown = paragraph(f"A solution of `{self.exercise}`:") + _code(self.text)
        return shown + (paragraph(self.why) if self.why else "") + others

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/plain": str(self), "text/html": self._repr_html_()}, raw=True)
        if len(self.runs) == 2:
            told = f"What the check “{self.test}” observed, of your answer and of this one:"
            display({"text/plain": told, "text/html": f"<p>{html.escape(told)}</p>"}, raw=True)
            display(compare(*self.runs, names=["yours", "the solution"]))


def solution(exercise: str) -> Solution:
    """Return a solution of an exercise of this notebook, once it can no longer spoil anything.

    That is when all checks of the exercise have passed, or a check has judged three different
    answers: other comments or blanks do not make another answer, and the stub is none.

    Args:
        exercise: its name, such as `say_both`.

    Raises:
        looplab.notebook.desk.NoDesk: there is no such exercise, it is not time yet, the course
            shows no solutions, or they are not on this machine; the text says which.

    Example:
        solution("say_both")
    """
    mine = desk()
    mine.answer(exercise)
    if refused := _refusal(mine, exercise):
        raise NoDesk(refused)
    try:
        shown = ask("solution", str(mine.path), exercise, folder=mine.path.parent)
    except NoGrader as error:
        raise NoDesk(f"The solution cannot be had. {error}") from None
    others = tuple((str(name), str(text)) for name, text in shown["others"])
    test, runs = _both(mine, exercise, str(shown["text"]))
    return Solution(exercise, str(shown["text"]), str(shown["why"]), others, test, runs)


def offer(exercise: str) -> str:
    """Return the sentence that offers a solution; empty where it is not to be had, or not yet."""
    try:
        refused = _refusal(desk(), exercise)
    except NoDesk as error:
        refused = str(error)
    return "" if refused else f'`looplab.solution("{exercise}")` shows a solution, beside yours.'


def _refusal(mine: Desk, exercise: str) -> str:
    told = mine.content["metadata"].get("looplab")
    if not isinstance(told, dict) or told.get("solutions") is not True:
        return "This course shows no solutions in its notebooks; ask whoever teaches it."
    count = tries(mine.path, exercise)
    if count >= TRIES or has_all_points(mine.path, exercise):
        return ""
    return (
        f"Not yet: a check has judged {count} answers of yours here. The solution comes with "
        f"the points, or after {TRIES} different answers; the hints above it may help."
    )


def _both(mine: Desk, exercise: str, text: str) -> tuple[str, tuple[Run, ...]]:
    """Return the check to look at, and what it observes of the student's answer and of another."""
    tests = [(name, cell) for name, cell in mine.cells() if name.startswith(f"{exercise}-")]
    ran = mine.answers.ran(exercise)
    if ran is None or not tests:
        return "", ()
    failed = [each for each in tests if mine.totals.passed(each[0], ran) is False]
    name, cell = (failed or tests)[0]
    theirs = _observed(dict(mine.names), text_of(cell), name)
    names = dict(mine.names)
    file = f"<solution of {exercise}>"
    exec(compile(text, file, "exec"), names)
    its = _observed(names, text_of(cell), name)
    if not theirs or len(its) < len(theirs):
        return "", ()
    called = next(test.name for test in exercises_of(mine.path)[exercise] if test.id == name)
    # A failed check has stopped at what it objects to.
    return called, (theirs[-1], its[len(theirs) - 1])


def _observed(names: dict[str, Any], test: str, name: str) -> list[Run]:
    """Return the runs that a test cell observes, in order, as far as it goes."""
    seen: list[Run] = []

    def watched(*args: Any, **kwargs: Any) -> Run:
        seen.append(observe(*args, **kwargs))
        return seen[-1]

    file = f"<check {name}>"
    is_test(file)
    try:
        # The verdict has been told below the check; here its Runs are wanted.
        with suppress(Exception):
            exec(compile(test, file, "exec"), {**names, "observe": watched})
    finally:
        announcing.forget()
    return seen


def _code(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"
