"""A coroutine that nobody awaits is told with the line that made it.

Python says so when it destroys the coroutine, and names the line that runs at that moment. Where
garbage is collected, that is any line of any library.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from looplab.notebook.hosting import replace


def name_lines(undo: ExitStack) -> Callable[..., None]:
    """Let Python's warning of a coroutine that was never awaited name the line that made it.

    A loop may forget an await a million times: each line is told once.

    Args:
        undo: closing it undoes this.

    Returns:
        What lets each line be told once more: to be called before a cell.
    """
    told_of: dict[str, dict[str | tuple[str, type[Warning], int], int]] = {}
    as_ever: Callable[[Any], None] = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]  # what the interpreter calls

    def warn(coroutine: Any) -> None:
        if not coroutine.cr_origin:
            as_ever(coroutine)
            return
        filename, line, _ = coroutine.cr_origin[0]
        told = f"coroutine {coroutine.__qualname__!r} was never awaited"
        registry = told_of.setdefault(filename, {})
        warnings.warn_explicit(told, RuntimeWarning, filename, line, registry=registry)

    replace(warnings, "_warn_unawaited_coroutine", warn, undo)
    undo.callback(
        sys.set_coroutine_origin_tracking_depth, sys.get_coroutine_origin_tracking_depth()
    )
    sys.set_coroutine_origin_tracking_depth(1)
    return lambda *_: told_of.clear()
