"""Tests as nbgrader means them: cells of the student's notebook, run where the student's code is.

A test that calls a student's name can run nowhere else. So the whole notebook runs in a sandbox,
cell by cell, each such test in its place, and a test is lost where its cell ends in an error.
That code can read these tests and bend them: the promise is weaker than the examiner's own, and
the grade's stamp says for which tests. Two things still hold. No test that the examiner judges is
ever in that process. And what goes back to the student comes from a process that has seen what
students have, and no hidden test: the whole tests run in another one, which says no word to them.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loopgrade.examination.awake import awake
from loopgrade.examination.forking import ForkServer
from loopgrade.examination.needs import why_missing
from loopgrade.examination.notation import Notation, PlainCell
from loopgrade.examination.subject import Ended, Gone, Odd, Subject
from loopgrade.examination.test_cell import PlainTest, Verdict, stopped, with_advice
from looplab.observer.announcing import Check
from looplab.observer.expecting import CheckFailed
from looplab.pictures.describing import one_line
from looplab.subject.protocol import CellOutput

NOTEBOOK_SECONDS = 120.0
"""Of patience with all cells of a notebook and the tests among them."""

MAX_STUCK = 8
"""Cells that may end the process; after them nothing runs."""

MARK, END_MARK = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
"""What nbgrader looks for in the lines around a hidden test."""


@dataclass
class Beside:
    """What came of the tests of a notebook that run beside the student's code.

    Attributes:
        verdicts: one for each, by its grade id.
        outputs: what each cell of the student's showed, by its index.
        sizes: characters of it.
        notices: what a human should look at, in a few words that continue "the code ...".
    """

    verdicts: dict[str, Verdict]
    outputs: Mapping[int, tuple[CellOutput, ...]]
    sizes: Mapping[int, int]
    notices: frozenset[str]


@dataclass
class _Passage:
    """A notebook, run from its top to its end.

    Attributes:
        outputs: of each cell, by its index.
        ends: why a cell ended the process, or did not run, by its index.
        numbers: of each cell, as its errors have it, by its index.
        notices: what the process has noticed.
    """

    outputs: dict[int, tuple[CellOutput, ...]] = field(default_factory=dict)
    ends: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    notices: set[str] = field(default_factory=set)


def examine_beside(
    cells: Sequence[tuple[int, PlainCell]], tests: Sequence[PlainTest], server: ForkServer
) -> Beside:
    """Run a notebook with its tests in it.

    Args:
        cells: the student's, each with its index in the notebook.
        tests: the trusted tests.
        server: what starts its processes.

    Raises:
        SandboxError: the machine fails, and the submission cannot be judged.
    """
    visible = {test.index: without_hidden(test.source) for test in tests}
    shown = _passage(cells, visible, server)
    whole = shown
    if any(visible[test.index] != test.source for test in tests):
        whole = _passage(cells, {test.index: test.source for test in tests}, server)
    troubles = _troubles(cells, shown)
    verdicts = {
        test.grade_id: _verdict(test, visible[test.index], shown, whole, troubles) for test in tests
    }
    outputs = {index: shown.outputs.get(index) or _end(shown, index) for index, _ in cells}
    sizes = {index: sum(map(_size, told)) for index, told in outputs.items()}
    return Beside(verdicts, outputs, sizes, frozenset(shown.notices | whole.notices))


def without_hidden(source: str) -> str:
    """Return a test as students have it; each line stands where it stood.

    >>> without_hidden("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc")
    'a\\n\\n\\n\\nc'
    """
    lines, hidden = [], False
    for line in source.split("\n"):
        hidden |= MARK in line
        lines.append("" if hidden else line)
        hidden &= END_MARK not in line
    return "\n".join(lines)


def _passage(
    cells: Sequence[tuple[int, PlainCell]], tests: Mapping[int, str], server: ForkServer
) -> _Passage:
    notation = Notation()
    steps = dict(sorted([*cells, *((n, notation.plain(text)) for n, text in tests.items())]))
    passage = _Passage(numbers={index: number for number, index in enumerate(steps, 1)})
    until, ended = awake() + NOTEBOOK_SECONDS, set[int]()
    while not _ran_through(steps, server, until, passage, ended):
        if awake() > until or len(passage.ends) > MAX_STUCK:
            passage.ends.update({n: _too_long() for n in steps if n not in passage.outputs})
            break
    return passage


def _ran_through(
    steps: Mapping[int, PlainCell],
    server: ForkServer,
    until: float,
    passage: _Passage,
    ended: set[int],
) -> bool:
    """Run the cells in a fresh process; return whether it lived to the end."""
    subject = Subject(server)
    subject.be_done(until, _too_long())
    passage.outputs.clear()
    try:
        for index, cell in steps.items():
            if index in passage.ends:
                continue
            try:
                passage.outputs[index] = subject.cell(cell, passage.numbers[index])
            except Gone as gone:
                # A machine that is short of memory ends processes too: once is not yet a fault.
                if not isinstance(gone, Ended) or index in ended:
                    passage.ends[index] = str(gone)
                if isinstance(gone, Odd):
                    passage.notices.add(gone.notice)
                ended.add(index)
                return False
    finally:
        subject.close()
        passage.notices |= subject.notices
    return True


def _too_long() -> str:
    return (
        f"the notebook took more than the {NOTEBOOK_SECONDS:g} s that all its cells have in all: "
        "see that each stops, and does not wait"
    )


def _end(passage: _Passage, index: int) -> tuple[CellOutput, ...]:
    why = passage.ends.get(index)
    return () if why is None else (CellOutput("error", "Stopped", why),)


def _size(output: CellOutput) -> int:
    return len(output.text) + sum(map(len, output.traceback))


def _troubles(cells: Sequence[tuple[int, PlainCell]], passage: _Passage) -> list[tuple[str, str]]:
    """Return of each cell of the student's that stopped its text, and how."""
    found = []
    for index, cell in cells:
        error = _error(passage.outputs.get(index) or _end(passage, index))
        if error is not None:
            first = one_line(cell.source.strip().partition("\n")[0], 40)
            found.append((cell.source, stopped(f"your cell `{first}`", error)))
    return found


def _error(outputs: Sequence[CellOutput]) -> CellOutput | None:
    return next((each for each in outputs if each.kind == "error"), None)


def _verdict(
    test: PlainTest,
    visible: str,
    shown: _Passage,
    whole: _Passage,
    troubles: Sequence[tuple[str, str]],
) -> Verdict:
    failed = _failure(test, visible, shown, troubles)
    hidden = failed is None and visible != test.source
    if hidden:
        failed = _failure(test, test.source, whole, troubles)
    if failed is None:
        told = whole if hidden else shown
        return Verdict(test.grade_id, True, partial=_points(test, told.outputs[test.index]))
    failed.check = Check(test.grade_id, test.points)
    return Verdict(test.grade_id, False, failed.message, hidden=hidden)


def _failure(
    test: PlainTest, text: str, passage: _Passage, troubles: Sequence[tuple[str, str]]
) -> CheckFailed | None:
    if test.index in passage.ends:
        return CheckFailed("your code runs to its end", passage.ends[test.index])
    outputs = passage.outputs[test.index]
    error = _error(outputs)
    if error is None:
        said = next((each.text for each in outputs if each.name == "stderr"), None)
        if said is None:
            return None
        expected = "nothing is written to stderr, which nbgrader takes for an error"
        return CheckFailed(expected, one_line(said, 200))
    what = f"{error.name}: {error.text}" if error.text else error.name
    happened = with_advice(what, error.name)
    if error.name == "NameError" and (trouble := why_missing(error.text, troubles)):
        happened = f"{trouble}; so {happened}"
    return CheckFailed(_statement(test, text, error, passage.numbers[test.index]), happened)


def _statement(test: PlainTest, text: str, error: CellOutput, number: int) -> str:
    """Return the statement of a test that failed, as what is expected."""
    place = rf'File "<cell {number}>", line (\d+)'
    at = next((int(m[1]) for line in error.traceback if (m := re.search(place, line))), 0)
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.stmt) or hasattr(node, "body"):
                continue
            if node.lineno <= at <= (node.end_lineno or 0):
                return f"`{one_line(ast.unparse(node), 200)}`"
    return f"the test {test.grade_id} runs to its end"


def _points(test: PlainTest, outputs: Sequence[CellOutput]) -> float | None:
    """Return the points that a test gives as the value of its last line, as nbgrader reads them."""
    value = next((each.text for each in outputs if each.kind == "result"), "")
    with contextlib.suppress(ValueError):
        points = float(value)
        return points if 0 <= points <= test.points else None
    return None
