"""A `Run` as a picture: one lane for each life, from top to bottom as they were created.

A tall solid bar runs; a low bar waits, with the reason written in it; a low hatched bar
is ready and does not get its turn. An arrow shows who woke or cancelled whom. Two kinds of time can
go from left to right: *seconds*, where running is a thin tick because it takes none, and
*steps*, where each turn has a column of its own. On steps, generators hand over to one
another along arrows: there is one thread of control, and the arrows are its path.

    >>> from looplab import jobs, observe
    >>> async def one_job(job):
    ...     return await job(0)
    >>> draw(observe(one_job, jobs([3]))).axes[0].get_xlabel()
    'seconds'

States differ by shape as well as by colour (Okabe and Ito's), so that the picture can be
read in grey and by the colour-blind. Its bytes depend on the run alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from looplab.pictures.describing import describe, title
from looplab.pictures.drawing import draw_plan
from looplab.pictures.layout import plans_of
from looplab.pictures.marks import legend
from looplab.pictures.plan import WIDTH, Fault
from looplab.pictures.web import for_a_page, page_part, plain_text
from looplab.runs.run import Run


def draw(
    *runs: Run,
    names: Sequence[str] | None = None,
    axis: Literal["auto", "seconds", "steps"] = "auto",
    fault: Fault | None = None,
) -> Timeline:
    """Draw runs one below the other, on one scale; of each 30 lives at most.

    Args:
        runs: what to draw, from top to bottom.
        names: what to call each.
        axis: `seconds`, `steps`, or `auto`: seconds where any passed, else steps.
        fault: what a check objects to in the first, where that is a failure.

    Returns:
        The figure. A notebook shows it, with the runs in words as its alternative text.

    Raises:
        ValueError: there is no run, or there are not as many names as runs.
    """
    if not runs:
        raise ValueError("Give compare the runs to draw, compare(then, now) for example.")
    if names is not None and len(names) != len(runs):
        raise ValueError(f"Give compare one name for each run: {len(runs)}, not {len(names)}.")
    # `then: then took 2 s` would say it twice.
    called = [
        "" if name == run.program else name
        for name, run in zip(names or [""] * len(runs), runs, strict=True)
    ]
    return _figure(runs, called, axis, fault)


def _figure(
    runs: Sequence[Run],
    names: Sequence[str],
    axis: Literal["auto", "seconds", "steps"],
    fault: Fault | None,
) -> Timeline:
    if axis == "auto":
        axis = "seconds" if any(run.duration > 0 for run in runs) else "steps"
    height = sum(plan.height for plan in plans_of(runs, axis, names, fault))
    with _look():
        figure = Timeline(runs, names, axis, fault, figsize=(WIDTH, height), facecolor="white")
    figure._draw()
    return figure


class Timeline(Figure):
    """A figure that a notebook shows although pyplot did not make it: as SVG, with words.

    A notebook keeps all that a cell has shown. So once it is shown the figure holds its runs
    alone, and is drawn again where somebody asks for its axes, or saves it.

    Args:
        runs: what is drawn in it.
        names: what each is called; an empty text where it has no name.
        axis: what goes from left to right.
        fault: what a check objects to.
        kwargs: as for `matplotlib.figure.Figure`.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        names: Sequence[str],
        axis: Literal["seconds", "steps"],
        fault: Fault | None,
        **kwargs: Any,
    ) -> None:
        self._is_drawn = True  # as far as Figure itself is concerned
        super().__init__(**kwargs)
        self._what = runs, axis, names, fault
        called = [f"{name}: " if name else "" for name in names]
        self._words = "\n\n".join(map(str.__add__, called, map(describe, runs)))
        self._title = "; ".join(map(str.__add__, called, map(title, runs)))
        self._is_drawn = False

    def _draw(self) -> None:
        if self._is_drawn:
            return
        self._is_drawn = True
        plans = plans_of(*self._what)
        with _look():
            seen = {means for plan in plans for means in draw_plan(self, plan)}
            legend(self, plans[0].legend, seen)

    @property  # type: ignore[misc]  # Figure's own cannot be set either
    def axes(self) -> list[Axes]:  # type: ignore[override]  # as Figure's own
        """What it is drawn in: one for each run, from top to bottom."""
        self._draw()
        return super().axes

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save the picture, as `Figure.savefig` does; the same run gives the same SVG."""
        self._draw()
        suffix = Path(fname).suffix[1:] if isinstance(fname, str | Path) else ""
        if kwargs.get("format", suffix) in ("svg", "svgz"):
            kwargs["metadata"] = {"Date": None, **(kwargs.get("metadata") or {})}
        with _look():
            super().savefig(fname, **kwargs)

    def _ipython_display_(self) -> None:
        # Not _repr_mimebundle_: after `%matplotlib inline` pyplot would show it once more.
        from IPython.display import display

        display(self.shown(), raw=True)

    def svg(self) -> str:
        """Return the picture alone, for a page: see `looplab.pictures.web`."""
        svg = io.BytesIO()
        self._draw()
        with plain_text(self), _look(text_in_svg="none"):
            super().savefig(svg, format="svg", metadata={"Date": None})
        self.clear()
        self._is_drawn = False
        return for_a_page(svg.getvalue(), f"Timeline: {self._title}")

    def shown(self) -> dict[str, str]:
        """Return what a notebook shows, by media type: the picture for a page, and its words."""
        return {"text/html": page_part(self.svg(), self._words), "text/plain": self._words}


def _look(text_in_svg: str = "path") -> AbstractContextManager[None]:
    """Return a context in which matplotlib's settings are ours, whatever they were."""
    ours = {"svg.hashsalt": "looplab", "svg.fonttype": text_in_svg, "hatch.linewidth": 0.8}
    return matplotlib.style.context(["default", ours])
