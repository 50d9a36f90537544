"""The small course, built once, and hands to hand in with."""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import LESSON, submission, write_course

from loopgrade.authoring.build import build

# A shell that starts the tests with `&` has it ignored; they press Stop, and Ctrl+C.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody with time ask for more."""
    parser.addoption(
        "--every-lesson", action="store_true", help="open every lesson in a browser, and not two"
    )
    parser.addoption(
        "--every-program", action="store_true", help="examine all programs of tests/attacks"
    )


@pytest.fixture(scope="session")
def built_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course, built; to be copied and not to be written to."""
    root = write_course(tmp_path_factory.mktemp("built") / "a course ü")
    build(root)
    return root


@pytest.fixture
def small_course(built_course: Path, tmp_path: Path) -> Path:
    """A copy of the small course, built."""
    root = tmp_path / "my course 异步"
    shutil.copytree(built_course, root)
    return root


@pytest.fixture
def hand_in(small_course: Path) -> Callable[..., Path]:
    """Hand in the small lesson: `hand_in("ada", fetch_all="def ...")`."""

    def hand_in(student: str, change: Callable[[Any], None] | None = None, **answers: str) -> Path:
        notebook = nbformat.read(small_course / "notebooks" / f"{LESSON}.ipynb", as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]
        if change is not None:
            change(notebook)
        path = submission(small_course, student)
        path.parent.mkdir(parents=True)
        # Not nbformat.write: a test may hand in what is not valid.
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return hand_in
