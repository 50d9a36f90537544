"""`%%timeline`, at the top of a notebook cell, shows what the cell did::

    %%timeline
    await asyncio.gather(fetch(1), fetch(2))

The cell may await, call `asyncio.run`, and end with a value, as any cell. Its time is real.
`looplab.enable` brings the magic.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from looplab.pictures.describing import cut_short
from looplab.pictures.showing import timeline
from looplab.recorder.notes import MAX_STEPS
from looplab.recorder.recording import recording
from looplab.runs.run import Run

MAGIC = "%%timeline"


def is_asked_for(source: str) -> bool:
    """Whether a cell begins with the magic.

    >>> is_asked_for("%%timeline\\nawait main()")
    True
    """
    return source.lstrip().partition("\n")[0].strip() == MAGIC


def without_magic(lines: list[str]) -> list[str]:
    """Return the lines of a cell, with an empty one in the place of the magic.

    >>> without_magic(["%%timeline\\n", "await main()\\n"])
    ['\\n', 'await main()\\n']
    """
    return ["\n", *lines[1:]] if lines and lines[0].strip() == MAGIC else lines


class TimelineMagic:
    """Records the cells of a notebook that ask for it.

    A cell magic of IPython's own kind is handed a text to run, and cannot await. So the cell
    runs as any other, and the recording begins before it and ends after it.

    Args:
        limit: how many steps of a cell are recorded at most.
    """

    def __init__(self, limit: int = MAX_STEPS) -> None:
        self._limit = limit
        self._open = ExitStack()
        self._run: Run | None = None

    def before_cell(self, info: Any) -> None:
        """Begin to record, where the cell that IPython tells of asks for it."""
        self.begin(is_asked_for(info.raw_cell or ""))

    def begin(self, asked: bool) -> None:
        """Begin to record, where a cell asks for it."""
        self.end()  # an interrupted cell may not have ended its own
        if asked:
            self._run = self._open.enter_context(recording("this cell", limit=self._limit))

    def end(self) -> Run | None:
        """End the recording, where there is one, and return its run."""
        run, self._run = self._run, None
        self._open.close()
        return run

    def after_cell(self, _: object) -> None:
        """Show the timeline of the cell that was recorded."""
        run = self.end()
        if run is not None and (run.steps or cut_short(run)):
            from IPython.display import display

            display(timeline(run))
