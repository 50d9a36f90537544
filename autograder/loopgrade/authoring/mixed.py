"""Whose a test of somebody's nbgrader notebook is: the examiner's, nbgrader's, or nobody's.

A test that runs a program by `observe` or `explore` is judged by the examiner, in another process
than the student's code. Any other runs beside the student's code, as nbgrader means it. One that
does both, and so can run in neither place as it is meant, is refused when the assignment is made.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Sequence

from loopgrade.authoring.cell import OBSERVERS, TestCell
from loopgrade.authoring.lint import Problem, lint_test_cell
from loopgrade.authoring.names import bound_names


def names_bound(cells: Iterable[str]) -> frozenset[str]:
    """Return what the cells of a notebook define, but for imports; one that is no Python, nothing.

    Args:
        cells: their texts.
    """
    found: set[str] = set()
    for source in cells:
        with contextlib.suppress(SyntaxError, ValueError):
            found |= bound_names(source, imports=False)
    return frozenset(found)


def is_observed(test: str, students_names: frozenset[str]) -> bool:
    """Return whether a test runs programs by `observe` or `explore`, and not by calling them.

    Args:
        test: the test cell's text.
        students_names: what the notebook's answers define; an `observe` of theirs is not ours.

    >>> is_observed("run = observe(twice, 7)", frozenset()), is_observed("twice(7)", frozenset())
    (True, False)
    """
    try:
        cell = TestCell(ast.parse(test), students_names)
    except (SyntaxError, ValueError, RecursionError):
        return False
    theirs = students_names | (cell.names - cell.imports)
    return any(use.name in OBSERVERS - theirs for use in cell.uses)


def mixed_problems(test: str, own: Sequence[str], others: Sequence[str]) -> list[Problem]:
    """Return why a test that observes cannot be judged by the examiner, in the order of its lines.

    Args:
        test: the test cell's text, with or without the line `check(...)` that a build writes.
        own: the texts of the answers to its exercise.
        others: the texts of the notebook's other answers.

    >>> mixed_problems("run = observe(f, 1)\\nassert f(2) == 3", ["def f(n): ..."], [])[0].line
    2
    """
    mine, theirs = names_bound(own), names_bound(others)
    first, end, rest = test.partition("\n")
    text = end + rest if first.startswith("check(") else test
    # What the cell itself binds is not meant to be another exercise's.
    return lint_test_cell(text, mine | (theirs - names_bound([text])))
