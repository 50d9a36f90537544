"""A `Plan` is drawn: matplotlib's shapes, their colours, hatches and arrows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from looplab.pictures.describing import LOOP as LOOP_LANE
from looplab.pictures.describing import number
from looplab.pictures.lettering import INK, length, write
from looplab.pictures.loop_lane import SIZE as CAPTION
from looplab.pictures.loop_lane import idle_at
from looplab.pictures.marks import (
    BARS,
    LINE,
    PALE,
    STRIPE,
    VERMILION,
    arrow_of,
    box,
    source_of,
)
from looplab.pictures.plan import (
    EDGE,
    GREY,
    LOW,
    PIXEL,
    TALL,
    WIDTH,
    Hold,
    Plan,
    Scale,
    Stretch,
    reasons_that_fit,
)

TICK = 0.035  # inches, the least that running takes: it shall be seen
HATCHED = 0.05  # inches; in a narrower bar no hatch can be seen, and each takes milliseconds

LOOP: dict[str, dict[str, Any]] = {
    "idle": {"facecolor": "white", "edgecolor": LINE, "linewidth": 0.6},
    "running": BARS["running"],
    "turn": BARS["turn"],
    "callback": BARS["callback"],
    "blocked": {**BARS["blocking"], "linewidth": 0.8},
}
STATES = (("waiting", LOW, 2), ("ready", LOW, 2), ("running", TALL, 4))
"""Each with the height of its bars, and what it is drawn above of."""


def draw_plan(figure: Figure, plan: Plan) -> set[str]:
    """Draw a plan, and return what of the legend can be seen in it."""
    axes = _frame(figure, plan)
    seen = {arrow.means for arrow in plan.arrows} | ({"blocking"} if plan.holds else set())
    crowds = {crowd.row: crowd.counts for crowd in plan.crowds}
    for row in range(len(plan.lives)):
        if row in crowds:
            _crowd(axes, row, crowds[row])
            seen.add("under way")
        seen |= _lane(axes, plan, row, is_crowd=row in crowds)
    if plan.loop:
        seen |= _loop(figure, axes, plan)
    for hold in plan.holds:
        _hold(axes, hold)
    for row, left, right in plan.faults:
        _fault(axes, plan.scale, row, left, right)
        seen.add("fault")
    for arrow in plan.arrows:
        x = arrow.x + arrow.aside / plan.scale.inch
        start, stop = (x, arrow.start), (x, arrow.stop)
        axes.add_patch(arrow_of(arrow.means, start, stop, zorder=3, clip_on=False))
        for sign in source_of(arrow.means, *start, zorder=4.2, clip_on=False):
            axes.add_line(sign)
    _heading(figure, plan)
    return seen


def _frame(figure: Figure, plan: Plan) -> Axes:
    """Make the Axes that holds the lanes, with stripes, names and the axis of time."""
    scale, lanes = plan.scale, max(len(plan.lives), 1)
    height = figure.get_figheight()
    axes = figure.add_axes(
        (
            (plan.left - TICK) / WIDTH,
            plan.bottom / height,
            (scale.limit * scale.inch + 2 * TICK) / WIDTH,
            (plan.top - plan.bottom) / height,
        ),
        facecolor="none",
    )
    margin = TICK / scale.inch
    floor = lanes + plan.strip / plan.lane
    axes.set(xlim=(-margin, scale.limit + margin), ylim=(floor, 0), yticks=[])
    axes.spines[:].set_visible(False)
    if plan.lives:
        _time_axis(axes, scale, floor)
    else:
        axes.set_axis_off()
        write(axes, 0, 0.5, "nothing ran", 9.5, color=GREY)
    for row, (name, more) in enumerate(plan.labels):
        y = plan.top - (row + 0.5) * plan.lane
        if row % 2 == 0:
            corner = (EDGE / 2, y - plan.lane / 2)
            box(figure, corner, WIDTH - EDGE, plan.lane, facecolor=STRIPE, zorder=-1)
        write(figure, EDGE, y + (0.08 if more else 0), name, 9.5, bold=True)
        if more:
            write(figure, EDGE, y - 0.1, more, 7.5, color=GREY)
    return axes


def _time_axis(axes: Axes, scale: Scale, floor: float) -> None:
    if scale.axis == "seconds":
        times = MaxNLocator(7, steps=[1, 2, 5, 10]).tick_values(0, scale.longest)
        ticks = [float(time) for time in times if 0 <= time <= scale.end and not scale.nothing]
        ticks = ticks or [0.0]
        axes.set_xticks(ticks, [number(tick) for tick in ticks])
        axes.set_xlabel("seconds", color=INK, fontfamily="DejaVu Sans", loc="left")
    else:
        wide = 0.15 + length(f"{scale.longest:.0f}", 8.5)
        most = max(int(scale.longest * scale.inch / wide), 1)
        steps = MaxNLocator(most, steps=[1, 2, 5, 10], integer=True).tick_values(0, scale.longest)
        ticks = [float(step) for step in steps if 0 <= step < scale.end]
        # A step is a column; its number stands below the middle of it.
        axes.set_xticks([tick + 0.5 for tick in ticks], [f"{tick:.0f}" for tick in ticks])
        axes.set_xlabel(
            "steps: one at a time, in order", color=INK, fontfamily="DejaVu Sans", loc="left"
        )
    axes.tick_params(
        axis="x", length=0, labelsize=8.5, labelcolor=INK, labelfontfamily="DejaVu Sans"
    )
    last = ticks[-1] if scale.nothing else scale.end
    axes.vlines([*ticks, last], 0, floor, color=LINE, linewidth=0.6, zorder=0.5)
    if scale.limit > scale.end:
        axes.vlines(scale.end, 0, floor, color=INK, linewidth=1, linestyle="dashed", zorder=1.5)
        below = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "top"}
        write(axes, (scale.end + scale.limit) / 2, -0.02, "for ever", 8.5, **below)


def _crowd(axes: Axes, row: int, counts: list[tuple[float, int]]) -> None:
    """Draw how many of a group are under way, as a hill: the highest is as high as a bar."""
    peak = max((count for _, count in counts), default=0)
    if peak:
        floor = row + 0.5 + TALL / 2
        times = [time for time, _ in counts]
        heights = [floor - TALL * count / peak for _, count in counts]
        axes.fill_between(times, floor, heights, step="post", zorder=2, **BARS["waiting"])


def _loop(figure: Figure, axes: Axes, plan: Plan) -> set[str]:
    """Draw the lane of the event loop, and return what of the legend can be seen in it."""
    inch, middle = plan.scale.inch, len(plan.lives) + plan.strip / plan.lane / 2
    write(figure, EDGE, plan.bottom + plan.strip / 2, LOOP_LANE, 8.5, color=GREY)
    height = plan.strip / plan.lane * 0.5
    for state, style in LOOP.items():
        least = TICK if state in ("running", "callback") else 0.0
        for kind, bars in _bars(plan.loop.get(state, []), least / inch, PIXEL / inch).items():
            drawn = BARS[kind] if kind == "on and off" else style
            tall = height / 2 if state == "callback" else height
            axes.broken_barh(bars, (middle - tall / 2, tall), zorder=4, **drawn)
    for x, text, _ in plan.captions:
        write(axes, x, middle, text, CAPTION, zorder=5)
    for stretch in plan.loop.get("idle", []):
        left, right = idle_at(stretch, plan.captions, inch)
        if (right - left) * inch > length("idle", CAPTION) + 0.1:
            x = (left + right) / 2
            write(axes, x, middle, "idle", CAPTION, color=GREY, ha="center", zorder=5)
    blocked = {"blocking"} if "blocked" in plan.loop else set()
    return ({"running", "turn", "callback"} & plan.loop.keys()) | blocked


def _lane(axes: Axes, plan: Plan, row: int, *, is_crowd: bool) -> set[str]:
    """Draw one life, and return the states that can be seen in it."""
    scale, stretches = plan.scale, plan.scale.stretches(plan.lives[row])
    seen = set()
    for state, height, zorder in () if is_crowd else STATES:
        # On seconds running takes no time, on steps a thread may take no step: both shall be seen.
        least = TICK if state == "running" else 0.0
        mine = [stretch for stretch in stretches if stretch.span.state == state]
        for kind, bars in _bars(mine, least / scale.inch, PIXEL / scale.inch).items():
            seen.add(kind)
            for style, some in _styled(kind, bars, scale.inch):
                axes.broken_barh(some, (row + 0.5 - height / 2, height), zorder=zorder, **style)
    for left, right in _queued(stretches):
        bar = [(left, right - left)]
        axes.broken_barh(bar, (row + 0.5 + TALL / 2, 0.5 - TALL / 2), zorder=2, **BARS["ready"])
    for stretch in stretches:
        _reason(axes, plan, row, stretch)
    _ending(axes, plan, row, max((stretch.right for stretch in stretches), default=0.0))
    return seen


def _ending(axes: Axes, plan: Plan, row: int, end: float) -> None:
    """Write how a lane ended, where it ended: further on it would be read as a later end.

    An arrow that passes there is hidden behind it.
    """
    text, colour = plan.endings[row]
    halo = _halo("white" if row % 2 else STRIPE, opaque=True)
    x = end + 0.07 / plan.scale.inch
    write(axes, x, row + 0.5, text, 8.5, color=colour, zorder=5, path_effects=halo)


def _reason(axes: Axes, plan: Plan, row: int, stretch: Stretch) -> None:
    """Write into a bar what it waits for, or what came in; best where no arrow passes."""
    scale, state = plan.scale, stretch.span.state
    fitting = list(reasons_that_fit(scale, stretch))
    placed = []
    for text, size in fitting:
        wide = length(text, size)
        middle = _middle(scale, stretch, wide)
        if state == "running":  # it stands above all arrows
            middle = (stretch.left + stretch.right) / 2
            write(axes, middle, row + 0.5, text, size, color="white", ha="center", zorder=5)
            return
        placed.append((plan.clear(row, middle, wide, stretch.left, stretch.right), middle))
    free = next((number for number, (clear, _) in enumerate(placed) if clear is not None), 0)
    for (text, size), (clear, middle) in zip(fitting[free:], placed[free:], strict=True):
        halo = _halo(BARS[state]["facecolor"], opaque=state == "ready")
        x = middle if clear is None else clear
        write(axes, x, row + 0.5, text, size, ha="center", zorder=5, path_effects=halo)
        return


def _queued(stretches: list[Stretch]) -> Iterator[tuple[float, float]]:
    """Yield where a call is ready and its thread runs another: below that one's bar."""
    running = [each for each in stretches if each.span.state == "running"]
    for stretch in stretches:
        if stretch.span.state == "ready":
            for other in running:
                left, right = max(stretch.left, other.left), min(stretch.right, other.right)
                if left < right:
                    yield left, right


def _styled(
    kind: str, bars: list[tuple[float, float]], inch: float
) -> Iterator[tuple[dict[str, Any], list[tuple[float, float]]]]:
    """Yield the bars of a lane, each part with its style."""
    style = BARS[kind]
    if max(width for _, width in bars) * inch < 10 * PIXEL:
        style = {**style, "linewidth": 0}  # else it would be nothing but edges
    least = HATCHED / inch if kind == "ready" else 0.0
    wide = [bar for bar in bars if bar[1] >= least]
    narrow = [bar for bar in bars if bar[1] < least]
    if wide:
        yield style, wide
    if narrow:
        yield {"facecolor": PALE, "linewidth": 0}, narrow


def _middle(scale: Scale, stretch: Stretch, wide: float) -> float:
    """Return where to centre a text of `wide` inches in a bar."""
    middle = (stretch.left + stretch.right) / 2
    if scale.axis == "seconds":
        return middle
    # In its first column: arrows cross the bar where the others begin.
    return min(middle, stretch.left + (wide / 2 + 0.06) / scale.inch)


def _halo(colour: str, *, opaque: bool = False) -> list[withStroke]:
    """Return an outline of `colour` for a text: an arrow passes under it, or a hatch.

    Args:
        colour: of what is behind the text.
        opaque: whether nothing may be seen between the letters.
    """
    return [withStroke(linewidth=4.5 if opaque else 2.2, foreground=colour)]


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
    for _, left, right, _ in stretches:
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
        style["path_effects"] = _halo(VERMILION, opaque=True)
        write(axes, middle, hold.row + 0.5, hold.text, 8, **style)


def _fault(axes: Axes, scale: Scale, row: int, left: float, right: float) -> None:
    """Frame what went wrong; who runs at one moment has a frame that can be seen, too."""
    aside = TICK / scale.inch
    corner = (left - aside, row + 0.5 - TALL / 2)
    frame = Rectangle(corner, right - left + 2 * aside, TALL, zorder=4.8, **BARS["fault"])
    frame.set_clip_on(False)
    axes.add_patch(frame)


def _heading(figure: Figure, plan: Plan) -> None:
    y = plan.base + plan.height - EDGE / 2
    for line in plan.title:
        y -= 0.26
        write(figure, EDGE, y + 0.1, line, 13, bold=True)
    for line, colour in plan.notes:
        y -= 0.2
        write(figure, EDGE, y + 0.08, line, 9.5, color=colour)
    if plan.footer:
        write(figure, EDGE, plan.bottom - 0.13, plan.footer, 9, color=GREY)
