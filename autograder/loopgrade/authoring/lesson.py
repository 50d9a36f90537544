"""A lesson source as data.

A lesson is one Python file, in the py:percent format that jupytext and most editors
know. Cells that nbgrader is to know of say so in their header:

    # %% exercise="twice" role="answer"
    def twice(n):
        ### BEGIN SOLUTION
        return 2 * n
        ### END SOLUTION

    # %% exercise="twice" role="test" id="seven" points=1 name="doubles seven"
    run = observe(twice, 7)
    expect(run).returned(14)

`read_lesson` gives the cells and the exercises of such a file, or says in one sentence
what is wrong with it, and where.
"""

from __future__ import annotations

import ast
import hashlib
import keyword
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from loopgrade.authoring.predictions import PredictionError, is_prediction, sealed_source
from loopgrade.authoring.regions import RegionError, regions

Role = Literal["answer", "test", "breaks"]


class LessonError(Exception):
    """Something is wrong with a lesson: one sentence that starts with `file:line:`."""


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson.

    Attributes:
        kind: what sort of cell it is.
        source: its text, with the solution and the hidden tests in it.
        line: the line of the file, from 1, on which `source` starts.
        role: `answer`, `test`, `breaks` (it raises on purpose), or None for any other cell.
        exercise: the exercise that an answer or a test belongs to.
        id: a test's id within its exercise; frozen once released.
        points: what a test is worth; an int where it is a whole number.
        name: what a test is called in front of a student.
        tags: further cell tags.
    """

    kind: Literal["markdown", "code"]
    source: str
    line: int
    role: Role | None = None
    exercise: str | None = None
    id: str | None = None
    points: float | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """One exercise: the cell that a student fills in, and the tests that judge it."""

    name: str
    answer: Cell
    tests: tuple[Cell, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson, in the order of its file.

    Attributes:
        name: the file's name without `.py`, such as `08_many_at_once`.
        cells: all its cells.
        exercises: its exercises, in the order of their answer cells.
    """

    name: str
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]


def read_lesson(path: Path) -> Lesson:
    """Return the lesson that the file at `path` holds.

    Args:
        path: a `.py` file, UTF-8, py:percent.

    Raises:
        LessonError: the file breaks a rule of lesson sources.
        OSError: the file cannot be read.
    """
    cells = tuple(_read_cells(path))
    for cell in cells:
        _check_regions(path, cell)
    return Lesson(path.stem, cells, tuple(_exercises(path, cells)))


def grade_id(cell: Cell) -> str:
    """Return the id by which nbgrader knows an answer or a test.

    Raises:
        ValueError: the cell is neither.

    >>> grade_id(Cell("code", "", 1, role="test", exercise="twice", id="seven"))
    'twice-seven'
    """
    if cell.role == "answer" and cell.exercise:
        return cell.exercise
    if cell.role == "test":
        return f"{cell.exercise}-{cell.id}"
    raise ValueError("Only an answer or a test has a grade id.")


def is_known_to_nbgrader(cell: Cell) -> bool:
    """Whether nbgrader has a name for the cell."""
    return cell.role in ("answer", "test")


def cell_ids(lesson: Lesson) -> list[str]:
    """Return an id for each cell: the grade id, or one made of the cell's text."""
    taken = {grade_id(cell) for cell in lesson.cells if is_known_to_nbgrader(cell)}
    ids = []
    for cell in lesson.cells:
        if is_known_to_nbgrader(cell):
            ids.append(grade_id(cell))
            continue
        digest = hashlib.sha256(cell.source.encode("utf-8")).hexdigest()[:8]
        id, count = f"{cell.kind}-{digest}", 1
        while id in taken:
            count += 1
            id = f"{cell.kind}-{digest}-{count}"
        taken.add(id)
        ids.append(id)
    return ids


# Cells and their headers

_HEADER = re.compile(r"\s*#\s*%%%*(\s|$)")
_MARKERS = ("exercise", "role", "id", "points", "name", "tags")
_NEEDED: Mapping[str | None, frozenset[str]] = {
    None: frozenset(),
    "answer": frozenset({"role", "exercise"}),
    "test": frozenset({"role", "exercise", "id", "points", "name"}),
    "breaks": frozenset({"role"}),
}
_OF_JUPYTEXT = frozenset({"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"})
_MAX_ID = 64  # of a cell id, in the notebook format


def _error(path: Path, line: int, message: str) -> LessonError:
    return LessonError(f"{path}:{line}: {message}")


def _read_cells(path: Path) -> Iterator[Cell]:
    text = _read_text(path)
    lines = text.split("\n")
    header = _first_header(path, lines)
    parsed = _parse(path, text)
    for number, cell in enumerate(parsed):
        source = cell.source.strip("\n")
        start = _start(lines, header, source)
        if cell.cell_type not in ("markdown", "code"):
            raise _error(path, header + 1, f"a {cell.cell_type} cell; make it markdown or code.")
        markers = _markers(path, header + 1, cell.metadata, cell.cell_type)
        last = start + len(source.split("\n"))  # a prediction gets more lines than it has there
        if cell.cell_type == "code" and is_prediction(source):
            source = _sealed(path, start + 1, source)
        yield Cell(kind=cell.cell_type, source=source, line=start + 1, **markers)
        if number < len(parsed) - 1:
            header = _next_header(path, lines, last)


def _sealed(path: Path, line: int, source: str) -> str:
    try:
        return sealed_source(source)
    except PredictionError as error:
        raise _error(path, line, str(error)) from None


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _error(path, line, "the file is not UTF-8; save it as UTF-8.") from None


def _parse(path: Path, text: str) -> list[Any]:
    try:
        return _notebook_cells(text)
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        line = _unreadable_header(text)
        message = f"jupytext cannot read this cell's header ({reason}); mend its markers."
        raise _error(path, line, message) from error


def _notebook_cells(text: str) -> list[Any]:
    import jupytext  # takes seconds, and who only grades reads no lesson

    return list(jupytext.reads(text, fmt="py:percent").cells)


def _unreadable_header(text: str) -> int:
    """Return the line of the first header that jupytext refuses, or 1."""
    for number, line in enumerate(text.split("\n"), start=1):
        if _HEADER.match(line):
            try:
                _notebook_cells(line + "\n")
            except Exception:
                return number
    return 1


def _first_header(path: Path, lines: list[str]) -> int:
    """Return the index of the first cell's header; only jupytext's own may stand before it."""
    start = 0
    if lines[0] == "# ---" and "# ---" in lines[1:]:
        start = lines.index("# ---", 1) + 1
    for index in range(start, len(lines)):
        if _HEADER.match(lines[index]):
            return index
        if lines[index].strip():
            raise _error(path, index + 1, "text before the first cell; start with `# %%`.")
    raise _error(path, 1, "there is no cell; start each one with a line `# %%`.")


def _next_header(path: Path, lines: list[str], after: int) -> int:
    for index in range(after, len(lines)):
        if _HEADER.match(lines[index]):
            return index
    # jupytext also splits cells at `# In[1]:` and `# <codecell>`.
    raise _error(path, after + 1, "a cell without a header; start each one with a line `# %%`.")


def _start(lines: list[str], header: int, source: str) -> int:
    """Return the index of the line on which the source of the cell at `header` starts."""
    first = source.split("\n")[0]
    for index in range(header + 1, len(lines)):
        if first in lines[index]:
            return index
    return header + 1


def _markers(path: Path, line: int, metadata: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the markers of a header as the fields of a `Cell`."""
    found = {key: value for key, value in metadata.items() if key not in _OF_JUPYTEXT}
    for key, value in found.items():
        if key not in _MARKERS:
            shown = value if key in ("title", "incorrectly_encoded_metadata") else key
            known = ", ".join(_MARKERS)
            raise _error(
                path, line, f'`{shown}` is no marker; write key="value" with one of {known}.'
            )
        if problem := _invalid(key, value):
            raise _error(path, line, f"{key}={value!r}: {problem}.")
    role = found.get("role")
    _check_marker_set(path, line, role, found.keys() - {"tags"})
    if role is not None and kind != "code":
        raise _error(path, line, f'role="{role}" is for code cells; remove `[markdown]`.')
    if "tags" in found:
        found["tags"] = tuple(found["tags"])
    if "points" in found and float(found["points"]).is_integer():
        found["points"] = int(found["points"])
    if len("-".join(found.get(key, "") for key in ("exercise", "id"))) > _MAX_ID:
        raise _error(path, line, f"exercise and id have over {_MAX_ID} characters; shorten them.")
    return found


def _check_marker_set(path: Path, line: int, role: str | None, given: Iterable[str]) -> None:
    what = f'role="{role}"' if role else "a cell without a role"
    needed = _NEEDED[role]
    for key in _MARKERS:
        if key in needed and key not in given:
            raise _error(path, line, f"{what} needs the marker {key}=; add it.")
        if key in given and key not in needed:
            raise _error(path, line, f"{what} takes no marker {key}=; remove it or add the role.")


def _invalid(key: str, value: Any) -> str | None:
    """Return what is wrong with a marker's value, or None."""
    match key:
        case "role":
            roles = [role for role in _NEEDED if role]
            return None if value in roles else f"the roles are {', '.join(roles)}"
        case "exercise":
            return None if _is_identifier(value) else "name it as a Python name, in ASCII"
        case "id":
            return None if _matches(r"[a-z][a-z0-9_]*", value) else "use a-z, 0-9 and _ only"
        case "points":
            return None if _is_positive(value) else "give a number above 0, without quotes"
        case "name":
            return None if _is_line(value) else "say in one line what the test finds out"
        case _:
            return None if _is_texts(value) else 'give a list of words, such as ["one", "two"]'


def _matches(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def _is_identifier(value: Any) -> bool:
    return _matches(r"[A-Za-z_]\w*", value) and not keyword.iskeyword(value)


def _is_positive(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value > 0


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and value.strip() == value != ""


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


# Exercises


def _exercises(path: Path, cells: Iterable[Cell]) -> Iterator[Exercise]:
    answers: dict[str, Cell] = {}
    tests: dict[str, dict[str, Cell]] = {}
    for cell in cells:
        exercise = cell.exercise or ""
        if cell.role == "answer":
            if first := answers.get(exercise):
                raise _error(
                    path,
                    cell.line,
                    f"exercise {exercise!r} has an answer cell already, at line {first.line};"
                    " give this one another name.",
                )
            _check_answer(path, cell)
            answers[exercise] = cell
            tests[exercise] = {}
        elif cell.role == "test":
            if exercise not in answers:
                raise _error(
                    path,
                    cell.line,
                    f"no answer cell of exercise {exercise!r} stands before this test; add it.",
                )
            if first := tests[exercise].get(cell.id or ""):
                raise _error(
                    path,
                    cell.line,
                    f"exercise {exercise!r} has a test {cell.id!r} already, at line {first.line};"
                    " give this one another id.",
                )
            tests[exercise][cell.id or ""] = cell
    for name, answer in answers.items():
        if not tests[name]:
            raise _error(path, answer.line, f"exercise {name!r} has no test; add one below it.")
        yield Exercise(name, answer, tuple(tests[name].values()))


def _check_answer(path: Path, cell: Cell) -> None:
    if not regions(cell.source):
        raise _error(
            path,
            cell.line,
            "the answer cell has no solution; put it between `### BEGIN SOLUTION` and"
            " `### END SOLUTION`.",
        )
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        line = cell.line + (error.lineno or 1) - 1
        raise _error(path, line, f"the solution is not Python ({error.msg}).") from None


def _check_regions(path: Path, cell: Cell) -> None:
    try:
        found = regions(cell.source)
    except RegionError as error:
        raise _error(path, cell.line + error.line - 1, str(error)) from None
    for region in found:
        role = "answer" if region.kind == "SOLUTION" else "test"
        if cell.role != role:
            line = cell.line + region.first - 1
            message = f'{region.kind} stands in a cell that is not role="{role}"; move it.'
            raise _error(path, line, message)
