"""Where the course is, and how a student opens it.

A course is a folder with `autograder/nbgrader_config.py` and `notebooks/`. A command
finds it in the folder it runs in or the nearest above; where there is none, in the copy
that came with the package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGED = Path(__file__).resolve().parent / "course"
STUDENTS_VIEW = Path(__file__).resolve().parent / "students_view"


class NoCourse(Exception):
    """There is no course here, and one is needed."""


def _above(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / "autograder" / "nbgrader_config.py").is_file():
            return folder
    return None


def find(start: Path | None = None) -> Path:
    """Return the course's folder: the nearest upwards from `start`, else the packaged copy.

    Args:
        start: where to look first; left out, the current folder.

    Raises:
        NoCourse: there is neither.
    """
    found = _above((start or Path.cwd()).resolve())
    if found is not None:
        return found
    if PACKAGED.is_dir():
        return PACKAGED
    raise NoCourse("There is no course here; go to its folder, the one that holds autograder/.")


def own(start: Path | None = None) -> Path:
    """Return the course's folder, to write into: never the packaged copy.

    Raises:
        NoCourse: there is none upwards from `start`.
    """
    found = _above((start or Path.cwd()).resolve())
    if found is None:
        raise NoCourse("There is no course here; go to its folder, the one that holds autograder/.")
    return found


def copy_notebooks(source: Path, target: Path) -> tuple[list[str], list[str]]:
    """Copy the notebooks that `target` lacks, and overwrite none.

    Returns:
        The names of those that were copied, and of those that were there.
    """
    target.mkdir(parents=True, exist_ok=True)
    copied, kept = [], []
    for notebook in sorted(source.glob("*.ipynb")):
        if (target / notebook.name).exists():
            kept.append(notebook.name)
            continue
        shutil.copyfile(notebook, target / notebook.name)
        copied.append(notebook.name)
    return copied, kept


def lab(folder: Path | None, *, browser: bool) -> int:
    """Open the course in JupyterLab, and return its exit status.

    Args:
        folder: where to work in copies; left out, the course's own notebooks.
        browser: whether to open one; else the address is printed.

    Raises:
        NoCourse: no folder was named, and there is no course here to work in.
    """
    if folder is None:
        here = _above(Path.cwd().resolve())
        if here is None:
            raise NoCourse("Say where your copies are to be: looplab lab FOLDER.")
        root = here / "notebooks"
    else:
        root = folder.resolve()
        copied, kept = copy_notebooks(find() / "notebooks", root)
        print(f"{root}: {len(copied)} notebooks copied, {len(kept)} were there and are kept.")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    command += ["--Application.log_level=WARN"]  # the address, and what goes wrong
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if not browser:
        command.append("--ServerApp.open_browser=False")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container there is no one else
        command.append("--ServerApp.allow_root=True")
    process = subprocess.Popen(command, env=_students_view())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # JupyterLab has it too, asks, and ends by itself
            continue


def _students_view() -> dict[str, str]:
    """Return an environment in which JupyterLab shows no tool for instructors, and no news."""
    path = os.environ.get("JUPYTER_CONFIG_PATH")
    folders = [str(STUDENTS_VIEW), *([path] if path else [])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(folders)}
