"""The marks that a picture is made of, bars and arrows, and what its legend says of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Polygon, Rectangle

from looplab.pictures.lettering import INK, length, write
from looplab.pictures.plan import EDGE, GREEN, GREY, RED

LINE, STRIPE = "#d5d8dc", "#f4f5f7"
BLUE, ORANGE, CREAM, VERMILION = "#0072b2", "#d99400", "#fbe8b8", "#d55e00"

PALE = "#8cbfb1"  # what a green hatch on white looks like from afar

BARS: dict[str, dict[str, Any]] = {
    "waiting": {"facecolor": CREAM, "edgecolor": ORANGE, "linewidth": 0.8},
    "ready": {"facecolor": "white", "edgecolor": GREEN, "linewidth": 0.8, "hatch": "//////"},
    "running": {"facecolor": BLUE, "edgecolor": "white", "linewidth": 0.6},
    "on and off": {"facecolor": CREAM, "edgecolor": BLUE, "linewidth": 0, "hatch": "||||"},
    "callback": {"facecolor": INK, "linewidth": 0},
    "turn": {"facecolor": "white", "edgecolor": GREY, "linewidth": 0.9},
    "blocking": {"facecolor": VERMILION, "edgecolor": INK, "linewidth": 1.0, "hatch": "\\\\"},
    "fault": {"facecolor": "none", "edgecolor": RED, "linewidth": 2.0},
}
ARROWS: dict[str, dict[str, Any]] = {
    "wakes": {"color": INK, "linewidth": 0.9},
    "cancels": {"edgecolor": RED, "facecolor": "white", "linewidth": 1.3},
    "resumes": {"color": BLUE, "linewidth": 1.3},
    "sends": {"color": BLUE, "linewidth": 2.8},
    "throws": {"color": RED, "linewidth": 2.2, "linestyle": (0, (1.1, 1.1))},
    "hands back": {"color": BLUE, "linewidth": 1.3, "linestyle": (0, (2.5, 1.5))},
}
SOURCES = {"wakes": ("o", INK), "cancels": ("x", RED)}
"""With which sign, of which colour, an arrow begins: a head of another may be below it."""

LEGEND = {
    "running": "running",
    "on and off": "running on and off",
    "waiting": "waiting",
    "ready": "ready, not its turn yet",
    "under way": "how many at once",
    "turn": "a turn of the loop",
    "callback": "a callback",
    "blocking": "blocks everybody",
    "fault": "look here",
    "wakes": "starts or wakes",
    "cancels": "cancels",
    "resumes": "resumes",
    "sends": "sends",
    "throws": "throws or closes",
    "hands back": "yields or ends",
}


def arrow_of(
    means: str, start: tuple[float, float], stop: tuple[float, float], **kwargs: Any
) -> FancyArrowPatch:
    """Return an arrow that looks like what it means."""
    head: dict[str, Any] = {
        "arrowstyle": "-|>,head_length=0.4,head_width=0.2",
        "mutation_scale": 11,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    return FancyArrowPatch(start, stop, **head, **ARROWS[means], **kwargs)


def source_of(means: str, x: float, y: float, **kwargs: Any) -> Iterator[Line2D]:
    """Yield the sign at which an arrow begins, where it has one."""
    if means in SOURCES:
        marker, colour = SOURCES[means]
        yield Line2D([x], [y], marker=marker, markersize=4, color=colour, **kwargs)


def box(
    figure: Figure, corner: tuple[float, float], width: float, height: float, **kwargs: Any
) -> None:
    """Draw a box on a figure, in inches."""
    figure.add_artist(Rectangle(corner, width, height, transform=figure.dpi_scale_trans, **kwargs))


def legend(figure: Figure, y: float, seen: set[str]) -> None:
    """Explain, in a row, what can be seen in the picture and nothing else."""
    x = EDGE
    for means, text in LEGEND.items():
        if means not in seen:
            continue
        if means in BARS:
            height = 0.11 if means in ("ready", "waiting", "callback", "turn") else 0.2
            box(figure, (x, y - height / 2), 0.22, height, **BARS[means])
        elif means == "under way":
            corners = [(x, y - 0.1), (x + 0.06, y + 0.1), (x + 0.12, y), (x + 0.22, y - 0.1)]
            hill = Polygon(corners, transform=figure.dpi_scale_trans, **BARS["waiting"])
            figure.add_artist(hill)
        else:
            figure.add_artist(
                arrow_of(means, (x, y), (x + 0.24, y), transform=figure.dpi_scale_trans)
            )
            for sign in source_of(means, x, y, transform=figure.dpi_scale_trans):
                figure.add_artist(sign)
        write(figure, x + 0.29, y, text, 8.5)
        x += 0.29 + length(text, 8.5) + 0.25
