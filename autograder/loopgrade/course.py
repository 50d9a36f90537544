"""Where the course is, and how a student opens it.

A course is a folder with `autograder/nbgrader_config.py` and `notebooks/`. A command
finds it in the folder it runs in or the nearest above; where there is none, in the copy
that came with the package. What grades and keeps the books also takes any folder of nbgrader's.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import looplab

PACKAGED = Path(__file__).resolve().parent / "course"
STUDENTS_VIEW = Path(__file__).resolve().parent / "students_view"
COURSE = "LOOPLAB_COURSE"
"""The variable by which a kernel of `looplab lab` knows the course that its notebooks are from."""

AT_START = Path(looplab.__file__).with_name("notebook") / "at_start.py"


class NoCourse(Exception):
    """There is no course here, and one is needed."""


def _above(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / "autograder" / "nbgrader_config.py").is_file():
            return folder
    return None


def find(start: Path | None = None) -> Path:
    """Return the course's folder: the nearest upwards from `start`, else where copies come from.

    That is the course from which `looplab lab` has made a notebook's folder, or the packaged copy.

    Args:
        start: where to look first; left out, the current folder.

    Raises:
        NoCourse: there is neither.
    """
    found = _above((start or Path.cwd()).resolve())
    if found is None and COURSE in os.environ:
        found = _above(Path(os.environ[COURSE]))
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


def graded(start: Path | None = None) -> Path:
    """Return the folder of a course whose submissions are graded: ours, or any of nbgrader's.

    Args:
        start: where to look first, and then upwards; left out, the current folder.

    Raises:
        NoCourse: there is none.
    """
    here = (start or Path.cwd()).resolve()
    plain = (each for each in (here, *here.parents) if (each / "nbgrader_config.py").is_file())
    found = _above(here) or next(plain, None)
    if found is None:
        raise NoCourse(
            "There is no course here; go to its folder, the one that holds autograder/ or "
            "nbgrader_config.py."
        )
    return found


def copy_notebooks(source: Path, target: Path) -> tuple[list[str], list[str]]:
    """Copy the notebooks that `target` lacks, and overwrite none.

    Jupyter is told that the copies can be trusted: they are the course's own. Each says which
    Python it will run on, which JupyterLab else writes into it and asks to save.

    Returns:
        The names of those that were copied, and of those that were there.
    """
    target.mkdir(parents=True, exist_ok=True)
    copied: list[str] = []
    kept: list[str] = []
    for notebook in sorted(source.glob("*.ipynb")):
        if (target / notebook.name).exists():
            kept.append(notebook.name)
            continue
        copied.append(notebook.name)
    if copied:
        _copy([source / name for name in copied], target)
    return copied, kept


def _copy(notebooks: Sequence[Path], target: Path) -> None:
    # Slow imports, which a second start does without.
    import nbformat
    from ipykernel.ipkernel import IPythonKernel
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    with closing(notary.store):
        for path in notebooks:
            notebook = nbformat.read(path, as_version=4)
            notebook.metadata.language_info = nbformat.from_dict(IPythonKernel.language_info)
            nbformat.write(notebook, target / path.name)
            notary.sign(notebook)


# JupyterLab


def lab(folder: Path | None, *, browser: bool) -> int:
    """Open the course in JupyterLab at its first lesson, and return its exit status.

    Args:
        folder: where to work in copies; left out, the current folder where it has some of them,
            else `my-work` in it.
        browser: whether to open one; the address is printed in any case.

    Raises:
        NoCourse: there is no course to copy, or what was named is no folder.
    """
    course = find()
    source = course / "notebooks"
    root = (_usual_folder(source) if folder is None else folder).resolve()
    if root.suffix == ".ipynb" or (root.exists() and not root.is_dir()):
        raise NoCourse(f"{root.name} is no folder; say looplab lab FOLDER, and open it there.")
    copied, kept = copy_notebooks(source, root)
    print(f"{root}: {len(copied)} notebooks copied, {len(kept)} were there and are kept.")
    # -P: a `queue.py` that a student has in this folder is not what JupyterLab imports.
    command = [sys.executable, "-P", "-m", "loopgrade.quick_start", f"--ServerApp.root_dir={root}"]
    command += ["--Application.log_level=ERROR"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    first = min([*copied, *kept], default="")
    command.append(f"--LabApp.default_url=/lab/tree/{first}")
    if not browser:
        command.append("--ServerApp.open_browser=False")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container there is no one else
        command.append("--ServerApp.allow_root=True")
    # Of a token that it has made itself Jupyter tells six lines; ours is told in one.
    token = secrets.token_hex(24)
    env = {"JUPYTER_TOKEN": token, **_students_view(), COURSE: str(course)}
    process = subprocess.Popen(command, env=env)
    with _ends_with_us(process):
        telling = threading.Thread(target=_tell_address, args=(process, first, token), daemon=True)
        telling.start()
        return process.wait()


def _usual_folder(source: Path) -> Path:
    here = Path.cwd().resolve()
    mine = any((here / notebook.name).exists() for notebook in source.glob("*.ipynb"))
    return here if mine and here != source.resolve() else here / "my-work"


@contextmanager
def _ends_with_us(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let a server end by the signals that end this process; on a terminal Ctrl+C asks first."""

    def end(sign: int, _: object) -> None:
        # On a terminal JupyterLab has it too, asks, and ends by itself.
        if sign != signal.SIGINT or not sys.stdin.isatty():
            process.terminate()

    names = ("SIGTERM", "SIGINT", "SIGHUP")  # Windows has no SIGHUP
    signs = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {sign: signal.signal(sign, end) for sign in signs}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _tell_address(process: subprocess.Popen[bytes], first: str, token: str) -> None:
    """Print where the course is, as soon as the server has said where it listens.

    Args:
        process: the server.
        first: the notebook to open.
        token: what opens it, unless somebody has set another, or a password.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir(), f"jpserver-{process.pid}.json")
    while process.poll() is None:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            time.sleep(0.02)
            continue
        ours = f"?token={token}" if told.get("token") == token else ""
        print(f"The course is at {told['url']}lab/tree/{first}{ours}", flush=True)
        if ours and first:
            _begin_kernel(told["url"], first, token)
        return


def _begin_kernel(url: str, first: str, token: str) -> None:
    """Start the kernel of the first notebook, while the browser still loads JupyterLab.

    Args:
        url: where the server is.
        first: the notebook; JupyterLab looks for a kernel by its path.
        token: what opens the server.
    """
    from urllib.request import Request, urlopen

    session = {"path": first, "name": first, "type": "notebook", "kernel": {"name": "python3"}}
    headers = {"Authorization": f"token {token}"}
    request = Request(f"{url}api/sessions", json.dumps(session).encode(), headers)
    with suppress(OSError), urlopen(request, timeout=60):  # without it, JupyterLab starts one
        pass


def _students_view() -> dict[str, str]:
    """Return an environment in which JupyterLab shows no tool for instructors, and no news.

    Its kernels know from the start what a test cell uses, unless somebody has another startup file.
    """
    path = os.environ.get("JUPYTER_CONFIG_PATH")
    folders = [str(STUDENTS_VIEW), *([path] if path else [])]
    known = {"PYTHONSTARTUP": str(AT_START)}
    return {**known, **os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(folders)}
