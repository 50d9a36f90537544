"""How a `Run` is shown: what `looplab` binds to it as methods, and `compare`.

Only here is it decided what to load: matplotlib, for one, when something is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from looplab.runs.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


def timeline(run: Run, *, axis: Literal["auto", "seconds", "steps"] = "auto") -> Figure:
    """Draw the run, one lane for each life.

    Args:
        axis: `seconds`, `steps`, or `auto`: seconds where any passed, else steps.

    Returns:
        The matplotlib figure; a notebook shows it.
    """
    from looplab.pictures.timeline import draw

    return draw(run, axis=axis)


def to_perfetto(run: Run, path: str | Path) -> None:
    """Write the run as a trace, which ui.perfetto.dev opens, with arrows for wake-ups.

    Args:
        path: the file to write, `.json` by custom.
    """
    from looplab.pictures.perfetto import write

    write(run, path)


def describe(run: Run) -> str:
    """Return the run in words, a line for each life, for a terminal or a screen reader."""
    from looplab.pictures import describing

    return describing.describe(run)


def compare(
    *runs: Run,
    names: Sequence[str] | None = None,
    axis: Literal["auto", "seconds", "steps"] = "auto",
) -> Figure:
    """Draw runs one below the other, on one scale: as long here is as long there.

    Args:
        runs: what to draw, from top to bottom.
        names: what to call each, `then` and `now` for example.
        axis: as for `Run.timeline`; left out, seconds where any passed in one of them.

    Returns:
        The matplotlib figure; a notebook shows it.

    Raises:
        ValueError: there is no run, or there are not as many names as runs.

    >>> from looplab import jobs, observe
    >>> async def one_job(job):
    ...     return await job(0)
    >>> both = compare(*[observe(one_job, jobs([n])) for n in (3, 1)], names=["slow", "fast"])
    >>> [axes.get_xlabel() for axes in both.axes]
    ['seconds', 'seconds']
    """
    from looplab.pictures.timeline import draw

    return draw(*runs, names=names, axis=axis)
