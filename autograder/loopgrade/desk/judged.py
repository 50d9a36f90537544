"""A graded notebook as its student may know it: each test, why it was lost, and the comments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from nbgrader import utils

from loopgrade.classroom.gradebook import Entry, Mark
from loopgrade.desk.messages import parts
from loopgrade.desk.references import References
from loopgrade.desk.references import beside as solution_of
from loopgrade.examination.test_cell import HIDDEN, announced_in
from loopgrade.steps.cells import exercise_of, grade_id_of
from loopgrade.steps.outputs import OBSERVATION
from looplab.diagnosis.answer import Answer
from looplab.diagnosis.finding import diagnose
from looplab.runs.run import Run
from looplab.runs.wire import WireError
from looplab.subject.protocol import RUN_TYPE

Reveal = Literal["points", "name", "hint", "everything"]
REVEALS: tuple[Reveal, ...] = ("points", "name", "hint", "everything")
"""What a student gets to know of a hidden test that failed, the least first: the points alone,
also the test's name, also its hint, or all that a teacher sees."""


@dataclass(frozen=True)
class Outcome:
    """What came of one test, or of one answer that a human has read.

    Attributes:
        name: what it checks.
        points: what was earned.
        of: what could be earned.
        by_hand: whether a human gave the points.
        said: why points were lost, each part with its label.
        run: what the program did, as JSON; empty where it is not known, or not to be shown.
        reference: what the solution did instead, in the same way; empty where that is not known.
        beside: whether the test ran beside the student's code, which is a weaker promise.
    """

    name: str
    points: float
    of: float
    by_hand: bool = False
    said: tuple[tuple[str, str], ...] = ()
    run: str = ""
    reference: str = ""
    beside: bool = False

    @property
    def full(self) -> bool:
        """Whether all points were earned."""
        return self.points >= self.of


@dataclass(frozen=True)
class Judged:
    """What came of one exercise.

    Attributes:
        exercise: its name.
        tests: in the order of the lesson.
        comments: what a human wrote.
    """

    exercise: str
    tests: tuple[Outcome, ...]
    comments: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What was earned in all."""
        return sum(each.points for each in self.tests)

    @property
    def of(self) -> float:
        """What could be earned in all."""
        return sum(each.of for each in self.tests)


def judged(
    cells: Sequence[Any],
    entry: Entry,
    notebook: str,
    reveal: Callable[[str], Reveal],
    beside: Container[str] = (),
    solved: References = MappingProxyType({}),
) -> list[Judged]:
    """Return what came of each exercise of a graded notebook.

    Args:
        cells: of the notebook, as it was graded.
        entry: what the gradebook has of the submission.
        notebook: the notebook's name.
        reveal: tells what may be known of a hidden test, by its grade id.
        beside: the tests that ran beside the student's code, by their grade ids.
        solved: what the solutions do in the visible tests.
    """
    marks, comments = entry.marks.get(notebook, {}), entry.comments.get(notebook, {})
    graded = [(id, cell) for cell in cells if (id := grade_id_of(cell)) is not None]
    answers = {id: cell for id, cell in graded if utils.is_solution(cell)}
    found: dict[str, list[Outcome]] = {}
    for id, cell in graded:
        if id in marks:
            tests = found.setdefault(exercise_of(id), [])
            right = solved.get(id, ()) if reveal(id) in ("hint", "everything") else ()
            answer = answers.get(exercise_of(id))
            came = _outcome(cell, marks[id], answer, reveal(id), right)
            tests.append(replace(came, beside=id in beside))
    return [
        Judged(
            exercise,
            tuple(tests),
            tuple(
                text
                for id, _ in graded
                if (text := comments.get(id)) and exercise_of(id) == exercise
            ),
        )
        for exercise, tests in found.items()
    ]


def _outcome(cell: Any, mark: Mark, answer: Any, reveal: Reveal, solved: Sequence[Any]) -> Outcome:
    id = grade_id_of(cell) or ""
    is_test = cell.cell_type == "code" and not utils.is_solution(cell)
    check = announced_in(cell.source) if is_test else None
    name = check.name if check else id.partition("-")[2] or (id if is_test else "read by a human")
    by_hand = mark.manual is not None or mark.extra != 0
    outputs = cell.get("outputs", [])
    error = next((each for each in outputs if each.get("output_type") == "error"), None)
    if error is None or utils.is_solution(cell):
        return Outcome(name, mark.score, mark.of, by_hand)
    ours = str(error["ename"]) in ("CheckFailed", "HiddenCheckFailed")
    hidden = error["ename"] == "HiddenCheckFailed" or (not ours and HIDDEN in cell.source)
    if hidden and reveal != "everything":
        name = "a test" if reveal == "points" else name
        hint = [part for part in parts(str(error["evalue"])) if part[0] == "hint"] if ours else []
        said = [("happened", "a hidden test failed")] if reveal != "points" else []
        return Outcome(name, mark.score, mark.of, by_hand, (*said, *hint[: reveal == "hint"]))
    if _not_begun(answer):
        return Outcome(name, mark.score, mark.of, by_hand, (("happened", "not started"),))
    if not ours:
        told = f"{error['ename']}: {error['evalue']}"
        return Outcome(name, mark.score, mark.of, by_hand, (("happened", told),))
    run = _run(outputs)
    said = _with_line(_said("\n".join(error["traceback"]), str(check)), run, answer)
    shown = json.dumps(run.to_json()) if run is not None else ""
    # Of a hidden part nothing is in `solved`, and its observations are counted from the same 0.
    right = solution_of(run, _number(outputs), solved) if run is not None and not hidden else None
    beside = json.dumps(right.to_json()) if right is not None else ""
    return Outcome(name, mark.score, mark.of, by_hand, tuple(said), shown, beside)


def _not_begun(answer: Any) -> bool:
    return answer is not None and answer.metadata.nbgrader.get("checksum") == (
        utils.compute_checksum(answer)
    )


def _said(message: str, check: str) -> list[tuple[str, str]]:
    """Return the parts of a message; what stands behind the test's name is what happened."""
    first = message.partition("\n")[0].removeprefix("✗ ").removeprefix("· ").removeprefix(check)
    more = [("happened", first.removeprefix(":").strip())] if first.startswith(":") else []
    return [*more, *parts(message)]


def _run(outputs: Sequence[Mapping[str, Any]]) -> Run | None:
    told = next((e["data"][RUN_TYPE] for e in outputs if RUN_TYPE in e.get("data", {})), None)
    try:
        return Run.from_json(told) if told is not None else None
    except WireError:  # an older looplab wrote it
        return None


def _number(outputs: Sequence[Mapping[str, Any]]) -> int | None:
    told = (each.get("metadata", {}).get(OBSERVATION) for each in outputs)
    return next((each for each in told if isinstance(each, int)), None)


def _with_line(said: list[tuple[str, str]], run: Run | None, answer: Any) -> list[tuple[str, str]]:
    """Quote the line of the answer that a message only numbers, or that the run gives away."""
    if answer is None or any(label.startswith("line ") for label, _ in said):
        return said
    text = Answer(answer.source)
    found = []
    for label, part in said:
        number = re.fullmatch(r"line (\d+) of your code", part) if label == "look at" else None
        quoted = text.quoted(int(number[1])) if number else ""
        found.append((f"line {number[1]}", quoted) if number and quoted else (label, part))
    cause = diagnose(run, answer.source) if run is not None and found == said else None
    if cause is not None and cause.quoted:
        place = next((n for n, (label, _) in enumerate(found) if label == "hint"), len(found))
        found[place:place] = [("why", cause.told), (f"line {cause.line}", cause.quoted)]
    return found
