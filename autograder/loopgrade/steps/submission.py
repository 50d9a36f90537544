"""What was handed in, before anything of it is graded: whether it can be read at all.

A submission may be empty, no notebook, or a link to somebody else's. Each gets one
sentence that says what to ask for.
"""

from __future__ import annotations

from pathlib import Path

from loopgrade.steps.reading import NoNotebook, read_notebook
from looplab.pictures.describing import one_line

MAX_BYTES = 20 * 2**20
"""A submitted notebook of more bytes than this is not read."""

MAX_FOLDER = 5 * MAX_BYTES
"""Bytes of all files of a submission: they are copied, and one with holes in it becomes whole."""


def unreadable(file: Path) -> str:
    """Return why a submitted notebook cannot be read, in one sentence; empty where it can."""
    name = file.name
    if file.is_symlink() or any(parent.is_symlink() for parent in list(file.parents)[:2]):
        return f"{name} is a link; ask for the file itself."
    if odd := odd_file(file.parent):
        return f"{one_line(odd, 60)} is a link, or no file; ask for the file itself."
    if too_large(file.parent):
        return f"{name} {TOO_LARGE}."
    if not file.is_file():
        names = sorted(path.name for path in file.parent.iterdir())
        others = one_line(", ".join(names), 200) or "nothing"
        return f"{name} is missing (there is {others}); ask for it under that name."
    if file.stat().st_size > MAX_BYTES:
        return f"{name} has more than {MAX_BYTES >> 20} MiB; ask for it without its outputs."
    if not file.read_bytes().strip():
        return f"{name} is empty; ask for it again."
    try:
        read_notebook(file)
    except NoNotebook as error:
        return f"{name} {error}."
    return ""


def odd_file(folder: Path) -> str:
    """Return the name of a link, or of another thing that is no file, below a submission's folder.

    nbgrader follows links when it copies a submission, and so would hand out what they lead to.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            return path.name
    return ""


TOO_LARGE = f"and what lies beside it have more than {MAX_FOLDER >> 20} MiB; ask for it alone"
"""Why such a submission is not graded."""


def too_large(folder: Path) -> bool:
    """Whether the files below a submission's folder are more than are copied."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) > MAX_FOLDER


def last_line(text: str) -> str:
    """Return the last line of a text that is not blank, shortened."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return one_line(lines[-1], 200) if lines else "no reason given"
