"""Asks the grader, where it is installed: a process of its own, so that the kernel stays as it is.

It has a limit of time, and Stop ends it, with all that it has started. `looplab` does not import
`loopgrade`: it starts its command, and reads the JSON that this prints.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

SECONDS = 120.0
"""Of real time that the grader may take; some 10 are usual."""


class NoGrader(Exception):
    """The grader is not here, or cannot say; the text says why."""


def ask(*words: str, folder: Path, seconds: float = SECONDS) -> Any:
    """Return what a command of the grader says.

    Args:
        words: the command, such as `check` and a file; `--json` is added.
        folder: where it runs: the course is looked for from there.
        seconds: of real time that it may take.

    Raises:
        NoGrader: it is not installed, takes longer, or refuses.
        KeyboardInterrupt: Stop was pressed; the grader has ended.
    """
    if importlib.util.find_spec("loopgrade") is None:
        raise NoGrader("The grader is not installed here.")
    with subprocess.Popen(
        # -P: a `queue.py` that a student has in this folder is not what the grader imports.
        [sys.executable, "-P", "-m", "loopgrade.cli", *words, "--json"],
        cwd=folder,
        # A lesson that it runs is not in this notebook.
        env={name: text for name, text in os.environ.items() if name != "JPY_SESSION_NAME"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # else Stop would end it, and not what it has started
    ) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise NoGrader(f"It took more than {seconds:g} s, and was ended.") from None
        finally:
            _end(process)
    with suppress(ValueError):
        return json.loads(out)
    said = [line for line in err.splitlines() if line.strip()]
    raise NoGrader(said[-1].removeprefix("looplab: ") if said else "The grader said nothing.")


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and what it has started; mostly both have ended."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a zombie
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
