"""On Binder, a reminder to keep one's work: after ten idle minutes the machine is deleted.

It stands below the last check of an exercise, where something is done, and no oftener than a kept
file gets too old. Binder tells a kernel which repository it runs, in `BINDER_REPO_URL`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from looplab.notebook.keeping import KEPT

MINUTES = 10
"""After so many without activity mybinder.org deletes a machine; a kept file is too old then."""

_began = time.time()


def reminder(folder: Path) -> str:
    """Return what to do so that no work is lost; empty elsewhere, and where it has been done.

    Args:
        folder: where the notebooks are.

    >>> reminder(Path("."))
    ''
    """
    if "BINDER_REPO_URL" not in os.environ:
        return ""
    file = folder / KEPT
    kept = file.stat().st_mtime if file.is_file() else _began
    if time.time() - kept < 60 * MINUTES:
        return ""
    return (
        f"Binder deletes this machine after {MINUTES} minutes without activity: save the notebook, "
        f"run `looplab.save()`, and download `{KEPT}` from the list of files on the left."
    )
