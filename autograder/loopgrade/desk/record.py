"""The record of a lesson: what each student has, why, on what it rests, and what is odd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from loopgrade.classroom.gradebook import Entry
from loopgrade.classroom.rows import Row, row_of
from loopgrade.classroom.seen import Seen, seen_of
from loopgrade.classroom.states import Register, State
from loopgrade.desk.alike import Alike, alike, shape
from loopgrade.desk.integrity import extra_files, tampering
from loopgrade.desk.mistakes import Known, Losses, Mistake, mistakes, own_names
from loopgrade.steps.cells import exercise_of, grade_id_of
from loopgrade.steps.reading import NoNotebook, read_notebook


@dataclass(frozen=True)
class Line:
    """What there is of one student.

    Attributes:
        row: the state, the scores, the penalty and the reasons.
        name: the student's; empty where the gradebook has none.
        stamp: on what the grade rests; empty where there is none.
        odd: what of the submission was edited, deleted, doubled or laid beside it.
        seen: who has looked at what was flagged, by exercise.
    """

    row: Row
    name: str
    stamp: Mapping[str, Any]
    odd: tuple[str, ...]
    seen: Mapping[str, Seen] = field(default_factory=dict)


@dataclass(frozen=True)
class Failures:
    """How many failed one test.

    Attributes:
        test: its grade id.
        failed: how many lost it.
        of: how many are graded.
    """

    test: str
    failed: int
    of: int


@dataclass(frozen=True)
class Record:
    """What a department may ask for of one lesson.

    Attributes:
        lesson: its name.
        lines: one for each student, by id.
        failures: one for each test, in the order of the lesson.
        mistakes: what several did wrong in the same way, the most frequent first.
        alike: answers that are alike.
    """

    lesson: str
    lines: tuple[Line, ...]
    failures: tuple[Failures, ...]
    mistakes: tuple[Mistake, ...]
    alike: tuple[Alike, ...]


@dataclass
class _Seen:
    """What is gathered of a class while its submissions are read, one after the other."""

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    losses: dict[str, dict[str, Losses]] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    graded: int = 0


NOT_STARTED = "✗ a test: not started"
"""What each test says of an answer that is as it was released; the stub's error says nothing."""

Ask = Callable[[Mapping[str, set[str]]], Sequence[Known]]
"""Which mistakes the answer bank knows, of the tests that somebody lost, by exercise."""


def record_of(
    register: Register, names: Mapping[str, str], common: Sequence[str], ask: Ask
) -> Record:
    """Return the record of a lesson.

    Args:
        register: the lesson's.
        names: of the students, by id.
        common: answers that many find by themselves, and that are no sign of anything.
        ask: asked once for the mistakes that the bank knows.
    """
    seen, shapes = _Seen(), frozenset(map(shape, common))
    released = {name: _released(register, name) for name in register.book.known}
    lines = tuple(_line(register, each, names, released, seen) for each in register.students())
    known = ask({name: {t for e in mine.values() for t in e} for name, mine in seen.losses.items()})
    given = {id: text for stubs in register.book.stubs.values() for id, text in stubs.items()}
    found = [
        mistake
        for exercise, losses in seen.losses.items()
        for mistake in mistakes(
            exercise,
            losses,
            {
                student: own_names(seen.answers.get(exercise, {}).get(student, ""), given[exercise])
                for student in losses
                if exercise in given
            },
            [each for each in known if each.exercise == exercise],
        )
    ]
    tests = [
        cell.grade_id
        for mine in register.book.known.values()
        for cell in mine.values()
        if cell.is_test
    ]
    return Record(
        register.lesson,
        lines,
        tuple(Failures(test, seen.lost.get(test, 0), seen.graded) for test in tests),
        tuple(sorted(found, key=lambda each: -len(each.students))),
        tuple(
            each
            for exercise, answers in seen.answers.items()
            for each in alike(exercise, answers, shapes)
        ),
    )


def _released(register: Register, notebook: str) -> dict[str, str]:
    """Return the text of each cell as students get it now, by grade id, if it is here."""
    try:
        cells = read_notebook(register.released(notebook)).cells
    except (OSError, NoNotebook):
        return {}
    return {id: cell.source for cell in cells if (id := grade_id_of(cell)) is not None}


def _line(
    register: Register,
    student: str,
    names: Mapping[str, str],
    released: Mapping[str, Mapping[str, str]],
    seen: _Seen,
) -> Line:
    read = cache(read_notebook)  # of one student: what all have handed in is never kept
    submission = register.submission(student, read)
    row = row_of(submission, register.book.entries.get(student, Entry()))
    stamps = [each.stamp for each in submission.results.values()]
    if submission.state in (State.MISSING, State.UNREADABLE):
        return Line(row, names.get(student, ""), {}, ())
    if submission.results:
        seen.graded += 1
    for results in submission.results.values():
        for test, said in results.said.items():
            seen.lost[test] = seen.lost.get(test, 0) + 1
            mine = seen.losses.setdefault(exercise_of(test), {})
            begun = exercise_of(test) not in results.unanswered
            mine[student] = {**mine.get(student, {}), test: said if begun else NOT_STARTED}
    odd: list[str] = []
    folder = register.submitted(student)
    for name, known in register.book.known.items():
        try:
            cells = read(folder / f"{name}.ipynb").cells
        except (OSError, NoNotebook):
            continue
        odd += tampering(cells, known, released[name])
        for cell in cells:
            id = grade_id_of(cell) or ""
            stub = register.book.stubs[name].get(id)
            if stub is not None and cell.source.strip() not in ("", stub.strip()):
                seen.answers.setdefault(id, {})[student] = cell.source
    if extra := extra_files(folder, register.book.known):
        odd.append(f"other files beside it: {', '.join(extra[:5])}{' …' * (len(extra) > 5)}")
    seen_by = seen_of(register.root, register.lesson, student, submission.results)
    return Line(row, names.get(student, ""), stamps[0] if stamps else {}, tuple(odd), seen_by)
