"""Check all: hand this notebook in to oneself, and hear in a table what a grader would say.

The checks in a notebook are a part of the tests. Where the grader is installed, and has the course,
it judges by all of them, in a process of its own; elsewhere the table says what the checks have
said in this kernel, and how many go on when the notebook is graded.
"""

from __future__ import annotations

import html
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from looplab.notebook.desk import Desk, NoDesk, desk, kept
from looplab.notebook.grader import NoGrader, ask
from looplab.notebook.progress import points_of
from looplab.observer.patience import Stopped


@dataclass(frozen=True)
class Row:
    """An exercise, as it was judged.

    Attributes:
        exercise: its name.
        here: the points of the checks in the notebook, in words.
        graded: the points of all tests, in words; how many more there are, where only a grader
            can tell.
        reasons: why the first test failed, line by line.
    """

    exercise: str
    here: str
    graded: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What came of handing a notebook in to oneself; a notebook shows it as a table.

    Attributes:
        rows: one for each exercise, in the lesson's order.
        notes: what is to be known beside it, each a sentence.
    """

    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*self._lines(), *self.notes])

    __repr__ = __str__

    def _lines(self) -> Iterator[str]:
        for each in self.rows:
            yield f"{each.exercise}  here {each.here}, {each.graded}"
            yield from each.reasons

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{html.escape(each)}</p>" for each in self.notes)
        return self._table() + notes

    def _table(self) -> str:
        if not self.rows:
            return ""
        names = ("Exercise", "Checks here", "All tests, as a grader runs them")
        head = "".join(f"<th scope=col>{each}</th>" for each in names)
        left = ' style="text-align:left; vertical-align:top"'
        body = "".join(
            f"<tr><td{left}><code>{html.escape(each.exercise)}</code></td>"
            f"<td{left}>{html.escape(each.here)}</td>"
            f"<td{left}>{html.escape(each.graded)}{_folded(each.reasons)}</td></tr>"
            for each in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def check_all() -> Judgement:
    """Judge all exercises of this notebook by all tests, as if it were handed in.

    What counts is the newest text of each cell: as it ran last, or as it was saved after that.
    The grader runs in a process of its own, for two minutes at most, and Stop ends it. Of a hidden
    test nothing is told but that it failed, and its hint.

    Returns:
        A table with a row for each exercise; where this is no notebook of a lesson, it says so.

    Raises:
        KeyboardInterrupt: Stop was pressed, and nothing is judged.

    Example:
        check_all()
    """
    try:
        mine = desk()
    except NoDesk as error:
        return Judgement((), (str(error),))
    exercises = _tests(mine)
    begun = [name for name in exercises if _is_begun(mine, name)]
    if not begun:
        return Judgement((), ("No exercise is begun yet: there is nothing to judge.",))
    try:
        told = _graded(mine)
    except NoGrader as error:
        rows = tuple(_by_checks(mine, name, exercises[name], name in begun) for name in exercises)
        return Judgement(rows, (f"Judged by the checks in this notebook alone. {error}",))
    except KeyboardInterrupt:
        raise Stopped("■ check_all: stopped before it was judged") from None
    return Judgement(tuple(map(_row, told["exercises"])), tuple(_notes(mine, told)))


def _tests(mine: Desk) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, cell in mine.cells():
        if cell["metadata"]["nbgrader"]["grade"]:
            found.setdefault(name.partition("-")[0], []).append(cell)
    return found


def _is_begun(mine: Desk, exercise: str) -> bool:
    answer = mine.answer(exercise)
    return mine.newest(answer).strip() not in ("", str(kept(answer, "stub")).strip())


def _graded(mine: Desk) -> Any:
    """Return what the grader says of the notebook, with the newest texts in it."""
    cells = [
        {**cell, "source": mine.newest(cell).splitlines(keepends=True)}
        for cell in mine.content["cells"]
    ]
    with tempfile.TemporaryDirectory(prefix="looplab-") as folder:
        file = Path(folder, mine.path.name)
        file.write_text(json.dumps({**mine.content, "cells": cells}), encoding="utf-8")
        [told] = ask("check", str(file), folder=mine.path.parent)
    return told


def _row(told: Mapping[str, Any]) -> Row:
    tests = told["tests"]
    if not tests:
        return Row(told["name"], "not begun", "not begun")
    here = sum(each["points"] for each in tests if each["passed"] or each["hidden"])
    points = sum(each["points"] for each in tests if each["passed"])
    lost = next((each["told"] for each in tests if not each["passed"]), ())
    return Row(
        told["name"], points_of(here, told["of"]), points_of(points, told["of"]), tuple(lost)
    )


def _by_checks(mine: Desk, name: str, tests: Sequence[dict[str, Any]], begun: bool) -> Row:
    more = sum(bool(kept(each, "more")) for each in tests)
    later = f"{more} more run when it is graded" if more else "no more when it is graded"
    if not begun:
        return Row(name, "not begun", later)
    answer = mine.answers.ran(name)
    points = [each["metadata"]["nbgrader"]["points"] for each in tests]
    passed = [mine.totals.passed(str(each["id"]), answer) for each in tests]
    won = sum(each for each, did in zip(points, passed, strict=True) if did)
    unjudged = passed.count(None)
    here = points_of(won, sum(points)) + (f", {unjudged} not run" if unjudged else "")
    return Row(name, here, later)


def _notes(mine: Desk, told: Mapping[str, Any]) -> Iterator[str]:
    if any(mine.unsaved(cell) for cell in mine.content["cells"]):
        yield "What you ran last is not saved yet: save the notebook before you hand it in."
    if told["flags"]:
        yield f"A teacher would be asked to look at it, since the code {'; '.join(told['flags'])}."


def _folded(reasons: Sequence[str]) -> str:
    if not reasons:
        return ""
    first, *more = (html.escape(line) for line in reasons)
    if not more:
        return f"<br>{first}"
    rest = "\n".join(more)
    return f"<details><summary>{first}</summary><pre>{rest}</pre></details>"
