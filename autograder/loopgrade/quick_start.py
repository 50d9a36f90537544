"""Start without what takes a second to load and is never asked for.

`python -P -m loopgrade.quick_start` is JupyterLab so. `jsonschema` loads `rfc3987_syntax`, where it
is installed, to tell addresses with letters beyond ASCII from other text; that reads a grammar of
all Unicode. Without it such a text is taken as it is, and there is none in what Jupyter and
nbgrader let it check.
"""

from __future__ import annotations

import sys


def leave_out() -> None:
    """Let this process do without it; call this before anything loads `jsonschema`."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's own way to say that there is no such module


if __name__ == "__main__":
    leave_out()
    from jupyterlab.labapp import main

    sys.exit(main())
