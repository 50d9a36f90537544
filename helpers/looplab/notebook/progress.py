"""How far somebody has come: one small file beside the notebooks, and nothing leaves the machine.

Each check that ran leaves its verdict in `.looplab_progress.json`, in the folder of the notebook.
What there is to do says the folder itself: the test cells of the notebooks that lie there.
"""

from __future__ import annotations

import ast
import hashlib
import html
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from looplab.notebook.predicting import BEGINS

FILE = ".looplab_progress.json"

_NAME = re.compile(r'check\((".*"), points=')

_PREDICTED = "predicted "
"""Begins the key of a prediction; with a blank in it, it is no name of an exercise or test."""

TRIES = 3
"""So many answers that a check has judged are an honest attempt: `looplab.solution`."""

MAX_BYTES = 2**20
"""Of a file that is read: ours has some 10 kB."""


UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a notebook raises that is somebody else's, or half of one."""


@dataclass(frozen=True)
class GradedTest:
    """A test cell of a notebook.

    Attributes:
        id: its cell's id, such as `hello_later-time`.
        name: what it checks, in the words of the course.
        points: what it is worth.
    """

    id: str
    name: str
    points: float


@dataclass(frozen=True)
class Exercise:
    """How far an exercise is.

    Attributes:
        name: its name.
        points: of the checks that passed when they last ran.
        of: that its checks are worth in all.
        tried: whether one of them has run.
    """

    name: str
    points: float
    of: float
    tried: bool


@dataclass(frozen=True)
class Lesson:
    """How far a lesson is.

    Attributes:
        name: its notebook's name without `.ipynb`.
        title: its title.
        exercises: its exercises.
        predicted: of how many programs it was predicted what they do.
        predictions: of how many it can be.
    """

    name: str
    title: str
    exercises: tuple[Exercise, ...]
    predicted: int
    predictions: int

    @property
    def points(self) -> float:
        """The points of its exercises together."""
        return sum(each.points for each in self.exercises)

    @property
    def of(self) -> float:
        """The points that can be had."""
        return sum(each.of for each in self.exercises)


@dataclass(frozen=True)
class Progress:
    """How far all lessons of a folder are; a notebook shows it as a table."""

    lessons: tuple[Lesson, ...]

    def __str__(self) -> str:
        lines = [f"{each.title}  {points_of(each.points, each.of)}" for each in self.lessons]
        of = sum(each.of for each in self.lessons)
        return "\n".join([*lines, f"in all  {points_of(sum(e.points for e in self.lessons), of)}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:left"><a href="{html.escape(each.name)}.ipynb">'
            f"{html.escape(each.title)}</a></td><td>{points_of(each.points, each.of)}</td>"
            f'<td style="text-align:left">{_told(each)}</td>'
            f"<td>{each.predicted} of {each.predictions}</td></tr>"
            for each in self.lessons
        )
        columns = ("Lesson", "Points", "Exercises", "Predicted")
        head = "".join(f"<th scope=col>{each}</th>" for each in columns)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def progress(folder: str | Path = ".") -> Progress:
    """Return how far the lessons are whose notebooks lie in a folder.

    The checks in a notebook are a part of the tests: `looplab check` judges by all of them.

    Args:
        folder: where the notebooks are; left out, the current one.

    >>> print(progress("a folder without notebooks"))
    in all  0/0
    """
    folder = Path(folder)
    verdicts = _read(folder / FILE)
    found = (_lesson(path, verdicts) for path in sorted(folder.glob("[0-9]*.ipynb")))
    return Progress(tuple(each for each in found if each is not None))


def note(notebook: Path, test: str, *, passed: bool, answer: str = "") -> None:
    """Keep the verdict of a check; where the folder cannot be written to, it is not kept.

    Args:
        notebook: the notebook in which it ran.
        test: its cell's id, such as `hello_later-time`.
        passed: whether it passed.
        answer: the text that it judged, where it was one: the stub is no try.
    """
    file = notebook.with_name(FILE)
    with suppress(OSError):
        verdicts = _read(file)
        lesson = verdicts.setdefault(notebook.stem, {})
        lesson[test] = passed
        if answer:
            lesson[_exercise(test)] = _with(lesson.get(_exercise(test)), _digest(answer))
        write_whole(file, verdicts)


def note_prediction(notebook: Path, seal: str) -> None:
    """Keep that somebody has predicted; where the folder cannot be written to, it is not kept.

    Args:
        notebook: the notebook.
        seal: of the prediction, which no other one of the lesson has.
    """
    file = notebook.with_name(FILE)
    with suppress(OSError):
        told = _read(file)
        told.setdefault(notebook.stem, {})[f"{_PREDICTED}{seal}"] = True
        write_whole(file, told)


def tries(notebook: Path, exercise: str) -> int:
    """Return how many different answers a check has judged; it counts to `TRIES`.

    Args:
        notebook: the notebook.
        exercise: its name.
    """
    told = _read(notebook.with_name(FILE)).get(notebook.stem, {}).get(exercise)
    return len(told) if isinstance(told, list) else 0


def has_all_points(notebook: Path, exercise: str) -> bool:
    """Return whether each check of an exercise passed when it last ran.

    Args:
        notebook: the notebook, which says what checks there are.
        exercise: its name.

    Raises:
        Exception: one of `UNREADABLE`, where it is not a notebook.
    """
    ran = _read(notebook.with_name(FILE)).get(notebook.stem, {})
    tests = exercises_of(notebook).get(exercise, [])
    return bool(tests) and all(ran.get(test.id) is True for test in tests)


def _with(told: object, digest: str) -> list[str]:
    """Return the digests of the answers that were judged, with one more if it is another."""
    known = [each for each in told if each != digest] if isinstance(told, list) else []
    return [*known, digest][-TRIES:]


def _digest(answer: str) -> str:
    """Return what tells an answer from another: not its comments, and not its blanks."""
    with suppress(SyntaxError, ValueError, RecursionError):
        answer = ast.unparse(ast.parse(answer))
    return hashlib.sha256(answer.encode(errors="replace")).hexdigest()[:12]


def _exercise(test: str) -> str:
    return test.partition("-")[0]


def write_whole(file: Path, told: Mapping[str, Any]) -> None:
    """Write JSON, whole or not at all, whatever happens in between.

    Args:
        file: where to.
        told: what to write.

    Raises:
        OSError: it cannot be written, and what was there stays.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
        draft.write_text(f"{text}\n", encoding="utf-8", errors="replace")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def exercises_of(notebook: Path) -> dict[str, list[GradedTest]]:
    """Return the test cells of each exercise of a notebook, in order.

    Args:
        notebook: the file.

    Raises:
        Exception: one of `UNREADABLE`, where it is not a notebook.
    """
    return _exercises(_cells(notebook))


def notebook_of(names: Mapping[str, Any]) -> Path | None:
    """Return the notebook that a kernel runs, where somebody says it: Jupyter or VS Code.

    Args:
        names: the kernel's own.
    """
    told = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    path = Path(str(told))
    return path if path.suffix == ".ipynb" and path.is_file() else None


def _read(file: Path) -> dict[str, dict[str, bool | list[str]]]:
    """Return what a file has of each lesson; of a damaged one what can be read, or nothing.

    By the id of a test it says whether it passed, by the name of an exercise what was tried, and by
    what `note_prediction` writes that it was predicted.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            return {}
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {
        name: {key: value for key, value in lesson.items() if _is_known(value)}
        for name, lesson in told.items()
        if isinstance(lesson, dict)
    }


def _is_known(value: object) -> bool:
    return isinstance(value, bool) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _lesson(path: Path, verdicts: Mapping[str, Mapping[str, bool | list[str]]]) -> Lesson | None:
    try:
        cells = list(_cells(path))
        exercises = _exercises(cells)
    except UNREADABLE:
        return None
    if not exercises:
        return None
    ran = verdicts.get(path.stem, {})
    heads = (source for kind, source, _ in cells if kind == "markdown" and source.startswith("# "))
    title = next(heads, path.stem).partition("\n")[0].removeprefix("# ").strip()
    done = tuple(
        Exercise(
            name,
            sum(test.points for test in tests if ran.get(test.id)),
            sum(test.points for test in tests),
            any(test.id in ran for test in tests),
        )
        for name, tests in exercises.items()
    )
    asked = sum(kind == "code" and source.startswith(BEGINS) for kind, source, _ in cells)
    predicted = sum(key.startswith(_PREDICTED) for key in ran)
    return Lesson(path.stem, title, done, min(predicted, asked), asked)


def _exercises(cells: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, list[GradedTest]]:
    found: dict[str, list[GradedTest]] = {}
    for _, source, told in cells:
        if told.get("grade") and not told.get("solution"):
            test = str(told["grade_id"])
            name = _NAME.match(source)
            graded = GradedTest(test, json.loads(name[1]) if name else test, float(told["points"]))
            found.setdefault(_exercise(test), []).append(graded)
    return found


def _cells(path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        yield cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("nbgrader", {})


def _told(lesson: Lesson) -> str:
    return ", ".join(
        f"<code>{html.escape(each.name)}</code> "
        + (points_of(each.points, each.of) if each.tried else "not tried")
        for each in lesson.exercises
    )


def points_of(points: float, of: float) -> str:
    """Return points as the table says them: with a tick where all are there.

    >>> points_of(2, 3), points_of(3, 3)
    ('2/3', '✓ 3/3')
    """
    mark = "✓ " if points == of > 0 else ""
    return f"{mark}{points:g}/{of:g}"
