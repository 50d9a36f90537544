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


def name_lines(undo: ExitStack) -> None:
    """Let Python's warning of a coroutine that was never awaited name the line that made it.

    Args:
        undo: closing it undoes this.
    """
    as_ever: Callable[[Any], None] = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]  # what the interpreter calls

    def warn(coroutine: Any) -> None:
        if not coroutine.cr_origin:
            as_ever(coroutine)
            return
        filename, line, _ = coroutine.cr_origin[0]
        told = f"coroutine {coroutine.__qualname__!r} was never awaited"
        warnings.warn_explicit(told, RuntimeWarning, filename, line)

    replace(warnings, "_warn_unawaited_coroutine", warn, undo)
    undo.callback(
        sys.set_coroutine_origin_tracking_depth, sys.get_coroutine_origin_tracking_depth()
    )
    sys.set_coroutine_origin_tracking_depth(1)
