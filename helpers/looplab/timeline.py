"""A `Run` as a picture: one lane for each life, from top to bottom as they were created.

A tall solid bar runs; a low bar waits, with the reason written in it; a low hatched bar
is ready and does not get its turn. An arrow shows who woke whom. Two kinds of time can
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

import base64
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from looplab.describing import (
    blocker,
    blocking_life,
    blocks,
    describe,
    ending,
    label,
    number,
    one_line,
    overlap,
    shown,
    title,
)
from looplab.run import Run, Span, TaskLife

# Inches
WIDTH = 8.2
SCREEN_DPI = 104  # as wide as a notebook; drawn with twice as many dots, for sharp screens
EDGE = 0.15  # left free around everything
LABELS = 2.1  # the most that the column of names takes
TICK = 0.035  # the least that running takes: it shall be seen
COLUMN = 0.9  # the most that a step takes
PIXEL = 0.009
TALL, LOW = 0.66, 0.42  # heights of bars, as parts of a lane

MOST_ARROWS = 40
SHORTEST, LONGEST = 1e-9, 1e15
"""Times come out of a sandbox. What is beyond these, matplotlib cannot draw."""

INK, GREY, LINE, STRIPE = "#222222", "#5f6368", "#d5d8dc", "#f4f5f7"
BLUE, ORANGE, CREAM, GREEN, VERMILION = "#0072b2", "#d99400", "#fbe8b8", "#00785a", "#d55e00"
RED = "#b84300"  # vermilion that can be read as text

BARS: dict[str, dict[str, Any]] = {
    "waiting": {"facecolor": CREAM, "edgecolor": ORANGE, "linewidth": 0.8},
    "ready": {"facecolor": "white", "edgecolor": GREEN, "linewidth": 0.8, "hatch": "//////"},
    "running": {"facecolor": BLUE, "edgecolor": "white", "linewidth": 0.6},
    "on and off": {"facecolor": CREAM, "edgecolor": BLUE, "linewidth": 0, "hatch": "||||"},
    "blocking": {"facecolor": VERMILION, "edgecolor": INK, "linewidth": 1.0},
}
ARROWS: dict[str, dict[str, Any]] = {
    "wakes": {"color": INK, "linewidth": 0.9},
    "resumes": {"color": BLUE, "linewidth": 1.3},
    "hands back": {"color": BLUE, "linewidth": 1.3, "linestyle": (0, (2.5, 1.5))},
}
LEGEND = {
    "running": "running",
    "on and off": "running on and off",
    "waiting": "waiting",
    "ready": "ready, not its turn yet",
    "blocking": "blocks everybody",
    "wakes": "wakes",
    "resumes": "resumes",
    "hands back": "yields or ends",
}
MARKS = {
    "returned": ("✓", GREEN),
    "raised": ("✗", RED),
    "cancelled": ("⊘", GREY),
    "closed": ("■", GREY),
    "pending": ("…", INK),
}
# For names that the font which comes with matplotlib cannot write, Chinese ones for example
OTHER_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei")

AxisName = Literal["seconds", "steps"]


def draw(run: Run, *, axis: Literal["auto", "seconds", "steps"] = "auto") -> Timeline:
    """Draw `run`, one lane for each life; of more than 30 the first 29.

    Args:
        run: what to draw.
        axis: `seconds`, `steps`, or `auto`: seconds where any passed, else steps.

    Returns:
        The figure. A notebook shows it, with the run in words as its alternative text.
    """
    if axis == "auto":
        axis = "seconds" if run.duration > 0 else "steps"
    plan = _plan(run, axis)
    with _look():
        figure = Timeline(run, figsize=(WIDTH, plan.height), facecolor="white")
        axes = _frame(figure, plan)
        seen = {arrow.means for arrow in plan.arrows} | ({"blocking"} if plan.holds else set())
        for row in range(len(plan.lives)):
            seen |= _lane(axes, plan, row)
        for hold in plan.holds:
            _hold(axes, hold)
        for arrow in plan.arrows:
            start, stop = (arrow.x, arrow.start), (arrow.x, arrow.stop)
            axes.add_patch(_arrow(arrow.means, start, stop, zorder=3, clip_on=False))
        _heading(figure, plan)
        _legend(figure, plan.legend, seen)
    return figure


class Timeline(Figure):
    """A figure that a notebook shows although pyplot did not make it.

    Args:
        run: what is drawn in it.
        kwargs: as for `matplotlib.figure.Figure`.
    """

    def __init__(self, run: Run, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._words, self._title = describe(run), title(run)

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Save the picture, as `Figure.savefig` does; the same run gives the same SVG."""
        suffix = Path(fname).suffix[1:] if isinstance(fname, str | Path) else ""
        if kwargs.get("format", suffix) in ("svg", "svgz"):
            kwargs["metadata"] = {"Date": None, **(kwargs.get("metadata") or {})}
        with _look():
            super().savefig(fname, **kwargs)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        png = io.BytesIO()
        self.savefig(png, format="png", dpi=2 * SCREEN_DPI)
        picture = base64.b64encode(png.getvalue()).decode("ascii")
        data = {"image/png": picture, "text/plain": self._words}
        shown = {"alt": f"Timeline: {self._title}", "width": round(WIDTH * SCREEN_DPI)}
        return data, {"image/png": shown}


def _look() -> AbstractContextManager[None]:
    """Return a context in which matplotlib's settings are ours, whatever they were."""
    return matplotlib.style.context(
        ["default", {"svg.hashsalt": "looplab", "hatch.linewidth": 0.8}]
    )


# Text


@cache
def _glyphs(family: str) -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())


def _font(text: str, size: float, bold: bool) -> tuple[str, FontProperties]:
    """Return `text` without what no font here can write, and a font for it."""
    families = ["DejaVu Sans"]
    missing = {char for char in text if ord(char) not in _glyphs("DejaVu Sans")}
    if missing:
        installed = set(get_font_names())
        families += [family for family in OTHER_FONTS if family in installed]
        missing = {c for c in missing if all(ord(c) not in _glyphs(f) for f in families)}
    text = "".join("□" if char in missing else char for char in text)
    return text, FontProperties(family=families, size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=10_000)
def _length(text: str, size: float, bold: bool = False) -> float:
    """Return the length of `text` in inches."""
    text, font = _font(text, size, bold)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) / 72


def _cut(text: str, room: float, size: float, bold: bool = False) -> str:
    """Return as much of `text` as `room` inches hold."""
    if _length(text, size, bold) <= room:
        return text
    while text and _length(text + "…", size, bold) > room:
        text = text[:-1]
    return text + "…"


def _wrapped(text: str, room: float, size: float) -> list[str]:
    """Return bold `text` on one or two lines of `room` inches."""
    words, first = text.split(" "), ""
    while words and _length(f"{first} {words[0]}", size, True) <= room:
        first = f"{first} {words.pop(0)}".strip()
    rest = [_cut(" ".join(words), room, size, True)] if words else []
    return [first, *rest] if first else rest


def _write(where: Axes | Figure, x: float, y: float, text: str, size: float, **kwargs: Any) -> None:
    """Write `text`: in an Axes in its units, in a Figure in inches from its lower left."""
    text, font = _font(text, size, kwargs.pop("bold", False))
    if isinstance(where, Figure):
        kwargs["transform"] = where.dpi_scale_trans
    kwargs = {"color": INK, "va": "center", **kwargs}
    # parse_math: a name that holds two dollar signs is not a formula.
    where.text(x, y, text, fontproperties=font, parse_math=False, **kwargs)


# Where everything goes


class Stretch(NamedTuple):
    """A span, and from where to where it is drawn."""

    span: Span
    left: float
    right: float


@dataclass(frozen=True)
class Scale:
    """Where a moment lies: in seconds or in steps from the start.

    Attributes:
        axis: which of the two.
        end: where the run ends.
        limit: where the picture ends. After a deadlock that is later: the waits go on.
        inch: how many inches a second or a step takes.
    """

    axis: AxisName
    end: float
    limit: float
    inch: float

    def stretches(self, life: TaskLife) -> list[Stretch]:
        """Return the spans of `life`, and where they lie."""
        found = []
        for span in life.spans:
            seconds = self.axis == "seconds"
            left, right = (span.start, span.stop) if seconds else (span.first, span.last)
            found.append(Stretch(span, self._within(left), self._within(right)))
        if found and life.outcome == "pending" and self.limit > self.end:
            found[-1] = found[-1]._replace(right=self.limit)
        return found

    def _within(self, x: float) -> float:
        return min(max(x, 0.0), self.end)


class Arrow(NamedTuple):
    """From one lane to another, at one moment; the ends are counted in lanes from the top."""

    means: str
    x: float
    start: float
    stop: float


class Hold(NamedTuple):
    """Where a `time.sleep` held up the loop; `text` where it fits."""

    row: int
    left: float
    right: float
    text: str


@dataclass(frozen=True)
class Plan:
    """What is drawn, and where: in inches, but for what the scale counts."""

    lives: tuple[TaskLife, ...]
    labels: list[tuple[str, str]]
    endings: list[tuple[str, str]]
    scale: Scale
    arrows: list[Arrow]
    holds: list[Hold]
    title: list[str]
    notes: list[tuple[str, str]]
    footer: str
    lane: float
    left: float
    bottom: float

    @property
    def lanes(self) -> float:
        """The height of all lanes."""
        return self.lane * max(len(self.lives), 1)

    @property
    def legend(self) -> float:
        """Where the middle of the legend is, from below."""
        return self.bottom + self.lanes + 0.17

    @property
    def height(self) -> float:
        """The height of the figure."""
        return self.legend + 0.2 + 0.2 * len(self.notes) + 0.26 * len(self.title) + EDGE / 2


def _plan(run: Run, axis: AxisName) -> Plan:
    lives, others = shown(run)
    compact = len(lives) > 12
    # First as if the names took all they may: a reason that fits into its bar then fits.
    narrow = _scale(run, lives, axis, EDGE + LABELS)
    labels = [_labelled(narrow, life, compact) for life in lives]
    lengths = [max(_length(a, 9.5, True), _length(b, 7.5)) for a, b in labels]
    left = EDGE + max(lengths, default=0) + 0.15
    scale = _scale(run, lives, axis, left)
    arrows = list(dict.fromkeys([*_wakes(lives, scale), *_hand_overs(lives, axis)]))
    holds = list(_holds(run, lives, scale))
    return Plan(
        lives=lives,
        labels=labels,
        endings=[_ending(run, life) for life in lives],
        scale=scale,
        # More would be a thicket.
        arrows=arrows if len(arrows) <= MOST_ARROWS else [],
        holds=holds,
        title=_wrapped(title(run), WIDTH - 2 * EDGE, 13),
        notes=_notes(run, holds),
        footer=f"and {others} more" if others else "",
        lane=0.34 if compact else 0.52,
        left=left,
        bottom=0.48 + 0.2 * (others > 0),
    )


def _scale(run: Run, lives: tuple[TaskLife, ...], axis: AxisName, left: float) -> Scale:
    """Return the widest scale that leaves room for each lane's ending."""
    end = min(run.duration if axis == "seconds" else run.steps, LONGEST)
    end = end if end > SHORTEST else 1
    plain = Scale(axis, end, end, 1)
    waits = [life.spans[-1] for life in lives if life.outcome == "pending" and life.spans]
    longest = max((_length(_reason(span)[0], 8) for span in waits), default=0)
    tail = min(longest + 0.3, 2.0) if run.deadlock and waits else 0.0
    room = WIDTH - EDGE - left
    widths = [room]
    for life in lives:
        needed = 0.1 + _length(_ending(run, life)[0], 8.5)
        stop = max((s.right for s in plain.stretches(life)), default=0) / end
        if tail and life.outcome == "pending":
            widths.append(room - needed)
        elif stop:
            widths.append(tail + (room - tail - needed) / stop)
    inch = max(min(widths) - tail, 1) / end
    if axis == "steps":
        inch = min(inch, COLUMN)
    return Scale(axis, end, end + tail / inch, inch)


def _ending(run: Run, life: TaskLife) -> tuple[str, str]:
    """Return the mark and the words at the end of a lane, and their colour."""
    mark, colour = MARKS[life.outcome]
    words = ending(run, life)
    if life.outcome == "raised":
        words = words.removeprefix("raised ")
    return f"{mark} {_cut(words, 1.8, 8.5)}", colour


def _reason(span: Span) -> tuple[str, str]:
    """Return what a span waits for, and that in short."""
    # Who resumed a generator waits for it: its arrow says so.
    reason = "" if span.reason.startswith("generator ") else one_line(span.reason, 60)
    return reason, reason if "(" in reason else reason.rpartition(".")[2]


def _reason_that_fits(scale: Scale, stretch: Stretch) -> tuple[str, float]:
    """Return what can be written into a bar, and the size in points; else nothing."""
    room = (stretch.right - stretch.left) * scale.inch - 0.08
    if room < 0.1:
        return "", 0.0
    for text in _reason(stretch.span):
        for size in (8.0, 7.0):
            if text and _length(text, size) <= room:
                return text, size
    return "", 0.0


def _labelled(scale: Scale, life: TaskLife, compact: bool) -> tuple[str, str]:
    """Return the name of a lane, and below it what else is to be said of it."""
    name, more = label(life)
    if compact:
        return _cut(" · ".join(filter(None, (name, more))), LABELS, 9.5, True), ""
    inside, outside = set(), []
    for stretch in scale.stretches(life):
        reason = _reason(stretch.span)[0]
        if _reason_that_fits(scale, stretch)[0]:
            inside.add(reason)
        elif reason not in outside:
            outside.append(reason)
    waits = ", ".join(reason for reason in outside if reason and reason not in inside)
    told = waits and f"waits {'at' if waits == 'yield' else 'for'} {waits}"
    below = " · ".join(filter(None, (more, told)))
    return _cut(name, LABELS, 9.5, True), _cut(below, LABELS, 7.5)


def _holds(run: Run, lives: tuple[TaskLife, ...], scale: Scale) -> Iterator[Hold]:
    rows = {life.id: row for row, life in enumerate(lives)}
    for blocking in run.blocked:
        life = blocking_life(run, blocking)
        if life is None or life.id not in rows:
            continue
        for span, left, right in scale.stretches(life):
            if span.state == "running" and span.start <= blocking.start < span.stop:
                if scale.axis == "seconds":
                    left = min(max(blocking.start, left), right)
                    right = min(left + blocking.seconds, right)
                room = (right - left) * scale.inch - 0.1
                text = blocks(blocking)
                fits = _length(text, 8, True) <= room
                yield Hold(rows[life.id], left, right, text if fits else "")
                break


def _notes(run: Run, holds: list[Hold]) -> list[tuple[str, str]]:
    """Return the lines below the title, and their colours."""
    notes = [(overlap(run), GREY)] if overlap(run) else []
    if sum(hold.text != "" for hold in holds) < len(run.blocked):
        told = [f"{blocker(run, blocking)}: {blocks(blocking)}" for blocking in run.blocked]
        notes += [(line, RED) for line in list(dict.fromkeys(told))[:3]]
    return [(_cut(line, WIDTH - 2 * EDGE, 9.5), colour) for line, colour in notes]


def _wakes(lives: tuple[TaskLife, ...], scale: Scale) -> Iterator[Arrow]:
    rows = {life.id: row for row, life in enumerate(lives)}
    for row, life in enumerate(lives):
        if life.kind == "generator":  # its caller hands over to it
            continue
        for span, left, right in scale.stretches(life):
            waker = rows.get(-1 if span.woken_by is None else span.woken_by, row)
            if waker != row:
                low = span.state == "ready" and (right - left) * scale.inch > PIXEL
                yield _between("wakes", left, waker, row, LOW if low else TALL)


def _hand_overs(lives: tuple[TaskLife, ...], axis: AxisName) -> Iterator[Arrow]:
    """Yield an arrow for each turn that leads to a generator's or follows on one."""
    if axis == "seconds":
        return
    turns = []
    for row, life in enumerate(lives):
        for span, after in zip_longest(life.spans, life.spans[1:]):
            if span.state == "running":
                suspended = after is None or after.reason == "yield"
                turns.append((span.first, span.last, row, suspended))
    for (_, last, row, suspended), (first, _, next_row, _) in pairwise(sorted(turns)):
        if last == first and row != next_row:
            back = suspended and lives[row].kind == "generator"
            if back or lives[next_row].kind == "generator":
                yield _between("hands back" if back else "resumes", first, row, next_row, TALL)


def _between(means: str, x: float, row: int, to: int, height: float) -> Arrow:
    down = 1 if to > row else -1
    return Arrow(means, x, row + 0.5 + down * TALL / 2, to + 0.5 - down * height / 2)


# Drawing it


def _frame(figure: Timeline, plan: Plan) -> Axes:
    """Make the Axes that holds the lanes, with stripes, names and the axis of time."""
    scale, lanes = plan.scale, max(len(plan.lives), 1)
    axes = figure.add_axes(
        (
            (plan.left - TICK) / WIDTH,
            plan.bottom / plan.height,
            (scale.limit * scale.inch + 2 * TICK) / WIDTH,
            plan.lanes / plan.height,
        ),
        facecolor="none",
    )
    margin = TICK / scale.inch
    axes.set(xlim=(-margin, scale.limit + margin), ylim=(lanes, 0), yticks=[])
    axes.spines[:].set_visible(False)
    if plan.lives:
        _time_axis(axes, scale, lanes)
    else:
        axes.set_axis_off()
        _write(axes, 0, 0.5, "nothing ran", 9.5, color=GREY)
    for row, (name, more) in enumerate(plan.labels):
        y = plan.bottom + (lanes - row - 0.5) * plan.lane
        if row % 2 == 0:
            corner = (EDGE / 2, y - plan.lane / 2)
            _box(figure, corner, WIDTH - EDGE, plan.lane, facecolor=STRIPE, zorder=-1)
        _write(figure, EDGE, y + (0.08 if more else 0), name, 9.5, bold=True)
        if more:
            _write(figure, EDGE, y - 0.1, more, 7.5, color=GREY)
    return axes


def _time_axis(axes: Axes, scale: Scale, lanes: int) -> None:
    if scale.axis == "seconds":
        times = MaxNLocator(7, steps=[1, 2, 5, 10]).tick_values(0, scale.end)
        ticks = [float(time) for time in times if 0 <= time <= scale.end]
        axes.set_xticks(ticks, [number(tick) for tick in ticks])
        axes.set_xlabel("seconds", color=INK, fontfamily="DejaVu Sans", loc="left")
    else:
        wide = 0.15 + _length(f"{scale.end:.0f}", 8.5)
        most = max(int(scale.end * scale.inch / wide), 1)
        steps = MaxNLocator(most, steps=[1, 2, 5, 10], integer=True).tick_values(0, scale.end)
        ticks = [float(step) for step in steps if 0 <= step < scale.end]
        # A step is a column; its number stands below the middle of it.
        axes.set_xticks([tick + 0.5 for tick in ticks], [f"{tick:.0f}" for tick in ticks])
        axes.set_xlabel(
            "steps: one at a time, in order", color=INK, fontfamily="DejaVu Sans", loc="left"
        )
    axes.tick_params(
        axis="x", length=0, labelsize=8.5, labelcolor=INK, labelfontfamily="DejaVu Sans"
    )
    axes.vlines([*ticks, scale.end], 0, lanes, color=LINE, linewidth=0.6, zorder=0.5)
    if scale.limit > scale.end:
        axes.vlines(scale.end, 0, lanes, color=INK, linewidth=1, linestyle="dashed", zorder=1.5)
        below = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "top"}
        _write(axes, (scale.end + scale.limit) / 2, -0.02, "for ever", 8.5, **below)


def _lane(axes: Axes, plan: Plan, row: int) -> set[str]:
    """Draw one life, and return the states that can be seen in it."""
    scale, stretches = plan.scale, plan.scale.stretches(plan.lives[row])
    seen = set()
    for state, height, zorder in (("waiting", LOW, 2), ("ready", LOW, 2), ("running", TALL, 4)):
        # On seconds running takes no time, and shall be seen all the same.
        least = TICK if state == "running" and scale.axis == "seconds" else 0.0
        mine = [stretch for stretch in stretches if stretch.span.state == state]
        for kind, bars in _bars(mine, least / scale.inch, PIXEL / scale.inch).items():
            seen.add(kind)
            style = BARS[kind]
            if max(width for _, width in bars) * scale.inch < 10 * PIXEL:
                style = {**style, "linewidth": 0}  # else it would be nothing but edges
            axes.broken_barh(bars, (row + 0.5 - height / 2, height), zorder=zorder, **style)
    for stretch in stretches:
        text, size = _reason_that_fits(scale, stretch)
        if text and stretch.span.state != "running":
            x = _middle(scale, stretch, _length(text, size))
            halo = _halo(BARS[stretch.span.state]["facecolor"])
            _write(axes, x, row + 0.5, text, size, ha="center", zorder=5, path_effects=halo)
    end = max((stretch.right for stretch in stretches), default=0.0) + 0.07 / scale.inch
    text, colour = plan.endings[row]
    halo = _halo("white" if row % 2 else STRIPE)
    _write(axes, end, row + 0.5, text, 8.5, color=colour, zorder=5, path_effects=halo)
    return seen


def _middle(scale: Scale, stretch: Stretch, length: float) -> float:
    """Return where to centre a text of `length` inches in a bar."""
    middle = (stretch.left + stretch.right) / 2
    if scale.axis == "seconds":
        return middle
    # In its first column: arrows cross the bar where the others begin.
    return min(middle, stretch.left + (length / 2 + 0.06) / scale.inch)


def _halo(colour: str) -> list[withStroke]:
    """Return an outline of `colour` for a text: an arrow passes under it."""
    return [withStroke(linewidth=2.2, foreground=colour)]


def _bars(
    stretches: list[Stretch], least: float, pixel: float
) -> dict[str, list[tuple[float, float]]]:
    """Return the start and width of each bar of a lane in one state, by how it is drawn.

    Args:
        stretches: what to draw.
        least: the width that a narrower one gets.
        pixel: narrow ones that are nearer to each other become one bar.
    """
    narrow = max(least, pixel)
    groups: list[list[tuple[float, float, float]]] = []
    for _, left, right in stretches:
        width = right - left
        missing = max(least - width, 0.0) / 2
        bar = (left - missing, right + missing, width)
        if bar[1] <= bar[0]:
            continue
        before = groups[-1][-1] if groups else None
        if before and bar[0] - before[1] < pixel and max(width, before[2]) <= narrow:
            groups[-1].append(bar)
        else:
            groups.append([bar])
    bars: dict[str, list[tuple[float, float]]] = {}
    for group in groups:
        left, right = group[0][0], group[-1][1]
        kind: str = stretches[0].span.state
        full = sum(width for *_, width in group) > 0.8 * (right - left)
        if kind == "running" and not full and right - left > 3 * narrow:
            kind = "on and off"
        bars.setdefault(kind, []).append((left, right - left))
    return bars


def _hold(axes: Axes, hold: Hold) -> None:
    """Mark what held up the loop, and the time that nobody else could run in."""
    axes.axvspan(hold.left, hold.right, color=VERMILION, alpha=0.12, linewidth=0, zorder=0.4)
    corner = (hold.left, hold.row + 0.5 - TALL / 2)
    axes.add_patch(Rectangle(corner, hold.right - hold.left, TALL, zorder=4.5, **BARS["blocking"]))
    if hold.text:
        middle = (hold.left + hold.right) / 2
        style: dict[str, Any] = {"bold": True, "color": "white", "ha": "center", "zorder": 5}
        _write(axes, middle, hold.row + 0.5, hold.text, 8, **style)


def _arrow(
    means: str, start: tuple[float, float], stop: tuple[float, float], **kwargs: Any
) -> FancyArrowPatch:
    head: dict[str, Any] = {
        "arrowstyle": "-|>,head_length=0.4,head_width=0.2",
        "mutation_scale": 11,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    return FancyArrowPatch(start, stop, **head, **ARROWS[means], **kwargs)


def _box(
    figure: Figure, corner: tuple[float, float], width: float, height: float, **kwargs: Any
) -> None:
    figure.add_artist(Rectangle(corner, width, height, transform=figure.dpi_scale_trans, **kwargs))


def _heading(figure: Figure, plan: Plan) -> None:
    y = plan.height - EDGE / 2
    for line in plan.title:
        y -= 0.26
        _write(figure, EDGE, y + 0.1, line, 13, bold=True)
    for line, colour in plan.notes:
        y -= 0.2
        _write(figure, EDGE, y + 0.08, line, 9.5, color=colour)
    if plan.footer:
        _write(figure, EDGE, plan.bottom - 0.13, plan.footer, 9, color=GREY)


def _legend(figure: Figure, y: float, seen: set[str]) -> None:
    """Explain, in a row, what can be seen in the picture and nothing else."""
    x = EDGE
    for means, text in LEGEND.items():
        if means not in seen:
            continue
        if means in BARS:
            height = 0.11 if means in ("ready", "waiting") else 0.2
            _box(figure, (x, y - height / 2), 0.22, height, **BARS[means])
        else:
            figure.add_artist(
                _arrow(means, (x, y), (x + 0.24, y), transform=figure.dpi_scale_trans)
            )
        _write(figure, x + 0.29, y, text, 8.5)
        x += 0.29 + _length(text, 8.5) + 0.25
