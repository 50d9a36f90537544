"""The settings of a course, as nbgrader reads them, and nbgrader kept from its surroundings."""

from __future__ import annotations

import os
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopgrade.authoring.lesson import LessonError

# nbgrader


@dataclass(frozen=True)
class Settings:
    """nbgrader's settings of a course.

    Attributes:
        root: where it is.
        config: all that nbgrader_config.py says.
        stub: what stands for a solution in a student's notebook.
        solutions: whether `looplab.solution` shows students the course's own, once they have the
            points or have tried: `c.Lessons.solutions = True`. A course that is graded does not.
    """

    root: str
    config: Any
    stub: str
    solutions: bool


def nbgrader_folder(course: Path) -> Path:
    """Return the folder that holds nbgrader_config.py: ours is below the course's, others' is it.

    Args:
        course: the course's folder.
    """
    plain = (course / "nbgrader_config.py").is_file()
    return course if plain else course / "autograder"


def read_settings(autograder: Path) -> Settings:
    """Return what a course's nbgrader_config.py says."""
    path = autograder / "nbgrader_config.py"
    if not path.is_file():
        raise LessonError(f"{path}:1: there is no such file; give the folder of a course.")
    with undisturbed():
        from nbgrader.preprocessors import ClearSolutions
        from traitlets.config import PyFileConfigLoader

        root = str(autograder.resolve())
        config = PyFileConfigLoader(path.name, path=root).load_config()
        stub = ClearSolutions(config=config).code_stub["python"]
        return Settings(
            root, config, stub, solutions=config.Lessons.get("solutions", False) is True
        )


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nbgrader run: nobody hears its warnings, and its own programs find what they need.

    For a new gradebook it starts `alembic`, which must be the one of this Python, and
    which reads the path of this Python in the encoding of the locale.
    """
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    changes = {"PATH": path, "LC_ALL": "C.UTF-8"}
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
