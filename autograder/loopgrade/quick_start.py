"""Start without what takes a second to load and is never asked for.

`python -P -m loopgrade.quick_start` is JupyterLab so. `jsonschema` loads `rfc3987_syntax`, where it
is installed, to tell addresses with letters beyond ASCII from other text; that reads a grammar of
all Unicode. Without it such a text is taken as it is, and there is none in what Jupyter and
nbgrader let it check.

As an extension of Jupyter's server, which `students_view` turns on, it keeps out of the page what
is turned off there: a browser would load all of such an extension, and then not use it.
"""

from __future__ import annotations

import sys
from typing import Any


def leave_out() -> None:
    """Let this process do without it; call this before anything loads `jsonschema`."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's own way to say that there is no such module


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.web_app.settings.setdefault("page_config_hook", without_disabled)


def without_disabled(_: object, page: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of JupyterLab's page without the extensions that are turned off.

    >>> page = {"disabledExtensions": ["a"], "federated_extensions": [{"name": "a"}]}
    >>> without_disabled(None, page)["federated_extensions"]
    []
    """
    disabled, installed = page["disabledExtensions"], page["federated_extensions"]
    return {**page, "federated_extensions": [e for e in installed if e["name"] not in disabled]}


if __name__ == "__main__":
    leave_out()
    from jupyterlab.labapp import main

    sys.exit(main())
