"""What a picture consists of, and in which units: scales, bars, arrows, lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal, NamedTuple

from looplab.pictures.describing import one_line, plain_name
from looplab.pictures.lettering import INK, length
from looplab.pictures.lock_holders import held
from looplab.runs.records import Span, TaskLife

# Inches
WIDTH = 8.2
EDGE = 0.15  # left free around everything
LABELS = 2.1  # the most that the column of names takes
COLUMN = 0.9  # the most that a step takes
PIXEL = 0.009
TALL, LOW = 0.66, 0.42  # heights of bars, as parts of a lane
STRIP = 0.27  # the height of the lane of the event loop
ASIDE = 0.045

SHORTEST, LONGEST = 1e-9, 1e15
"""Times come out of a sandbox. What is beyond these, matplotlib cannot draw."""

GREY, GREEN = "#5f6368", "#00785a"
RED = "#b84300"  # vermilion that can be read as text

MARKS = {
    "returned": ("✓", GREEN),
    "raised": ("✗", RED),
    "cancelled": ("⊘", GREY),
    "closed": ("■", GREY),
    "pending": ("…", INK),
}

AxisName = Literal["seconds", "steps"]


class Stretch(NamedTuple):
    """A span, from where to where it is drawn, and what else there is to be said of it."""

    span: Span
    left: float
    right: float
    more: str = ""


@dataclass(frozen=True)
class Scale:
    """Where a moment lies: in seconds or in steps from the start.

    Attributes:
        axis: which of the two.
        end: where the run ends.
        limit: where the picture ends. After a deadlock that is later: the waits go on.
        inch: how many inches a second or a step takes.
        longest: where the longest run ends of those that are drawn on this scale.
        nothing: whether no second or step has passed; the picture has some width all the same.
        holders: the names of who holds a lock, by id.
    """

    axis: AxisName
    end: float
    limit: float
    inch: float
    longest: float = 0.0
    nothing: bool = False
    holders: Mapping[int | None, str] = field(default_factory=dict)

    def stretches(self, life: TaskLife) -> list[Stretch]:
        """Return the spans of `life`, and where they lie."""
        found = []
        final = max((span.first for span in life.spans), default=0)
        for span, after in zip_longest(life.spans, life.spans[1:]):
            seconds = self.axis == "seconds"
            left, right = (span.start, span.stop) if seconds else (span.first, span.last)
            name = self.holders.get(span.held_by, "")
            more = held(span, after, name) if name else ""
            if after is not None and after.reason == "cancelled" and after.last < final:
                more = "cancelled"  # and it went on; else the end of the lane says so
            found.append(Stretch(span, self._within(left), self._within(right), more))
        if found and life.outcome == "pending" and self.limit > self.end:
            found[-1] = found[-1]._replace(right=self.limit)
        return found

    def _within(self, x: float) -> float:
        return min(max(x, 0.0), self.end)


class Arrow(NamedTuple):
    """From one lane to another, at one moment; the ends are counted in lanes from the top.

    Attributes:
        means: what it is called in the legend, see `looplab.pictures.drawing.LEGEND`.
        x: the moment.
        start: where it begins.
        stop: where its head is.
        step: the step that followed on it.
        aside: by how many inches it stands aside, where another goes the other way then.
    """

    means: str
    x: float
    start: float
    stop: float
    step: int
    aside: float = 0.0


class Fault(NamedTuple):
    """What a check objects to.

    Attributes:
        line: of the program, where it goes wrong; None where it is not known.
    """

    line: int | None


class Crowd(NamedTuple):
    """How many of a group are under way, from each moment on."""

    row: int
    counts: list[tuple[float, int]]


class Hold(NamedTuple):
    """Where a `time.sleep` held up the loop; `text` where it fits."""

    row: int
    left: float
    right: float
    text: str


class Caption(NamedTuple):
    """A text in the lane of the loop: where it begins, and how many inches it takes."""

    x: float
    text: str
    wide: float


@dataclass(frozen=True)
class Plan:
    """What is drawn of a run, and where: in inches, but for what the scale counts.

    Attributes:
        faults: where it went wrong: in which lane, and from where to where.
        loop: what the event loop did, by state; empty where it has no lane.
        captions: what is written into its lane, besides *idle*.
        base: where it begins, from below the figure; another run may be drawn there.
        explained: whether the legend stands above its lanes.
    """

    lives: tuple[TaskLife, ...]
    labels: list[tuple[str, str]]
    endings: list[tuple[str, str]]
    scale: Scale
    arrows: list[Arrow]
    holds: list[Hold]
    faults: list[tuple[int, float, float]]
    crowds: list[Crowd]
    loop: dict[str, list[Stretch]]
    captions: list[Caption]
    title: list[str]
    notes: list[tuple[str, str]]
    footer: str
    lane: float
    left: float
    below: float
    base: float = 0.0
    explained: bool = True

    def clear(self, row: int, x: float, wide: float, left: float, right: float) -> float | None:
        """Return where to centre a text in a lane, so that no arrow passes through it.

        Args:
            row: the lane.
            x: where it would stand best.
            wide: its length, in inches.
            left, right: between which it may stand.

        Returns:
            The place that is nearest to `x`; None where there is none.
        """
        half = (wide / 2 + 0.04) / self.scale.inch
        crossing = [
            arrow.x + arrow.aside / self.scale.inch
            for arrow in self.arrows
            if min(arrow.start, arrow.stop) < row + 0.5 < max(arrow.start, arrow.stop)
        ]
        places = [x, *(place + side for place in crossing for side in (-half, half))]
        free = [
            place
            for place in places
            if left <= place - half
            and place + half <= right
            and all(abs(place - other) > 0.99 * half for other in crossing)
        ]
        if not any(abs(x - other) <= 0.99 * half for other in crossing):
            return x
        return min(free, key=lambda place: abs(place - x), default=None)

    @property
    def bottom(self) -> float:
        """Where the lanes begin, from below the whole figure."""
        return self.base + self.below

    @property
    def strip(self) -> float:
        """The height of the lane of the event loop, below all others."""
        return STRIP if self.loop else 0.0

    @property
    def top(self) -> float:
        """Where the lanes end, from below the whole figure."""
        return self.bottom + self.strip + self.lane * max(len(self.lives), 1)

    @property
    def legend(self) -> float:
        """Where the middle of the legend is, from below."""
        return self.top + 0.17

    @property
    def height(self) -> float:
        """The height of all this."""
        top = self.legend + 0.2 if self.explained else self.top + 0.06
        return top - self.base + 0.2 * len(self.notes) + 0.26 * len(self.title) + EDGE / 2


def reasons_of(stretch: Stretch, *, inside: bool = True) -> tuple[str, ...]:
    """Return what is written into a bar, from the longest text to the shortest.

    Args:
        stretch: a wait: what for. A step: what came in with it.
        inside: whether the coroutines are named that it waits in.
    """
    span, more = stretch.span, stretch.more
    # Who resumed a generator waits for it: its arrow says so.
    if not span.reason or span.reason.startswith("generator "):
        return ()
    told = plain_name(span.reason)
    if told == "send":  # nobody knows what; its arrow says so
        return ()
    if span.state == "running" or told.startswith("yield "):
        return tuple(dict.fromkeys([told, _value(told)]))
    called, bracket, given = told.partition("(")
    short = called if called.startswith("task ") else called.rpartition(".")[2]
    short += bracket + given
    chains = [f"{within} > {told}" for within in (one_line(span.inside, 60), "…")]
    chains = chains if span.inside and inside else []  # shortened, it still looks like the others
    long = [f"{text}, {more}" for text in (*chains, told, short)] if more else []
    return tuple(dict.fromkeys([*long, *chains, told, short]))


def _value(told: str) -> str:
    """Return only what came in or went out, where there is no room to say how.

    >>> _value("send('Ann')"), _value("yield 3"), _value("close()")
    ("'Ann'", '3', 'close')
    """
    method, bracket, value = told.partition("(" if told.startswith(_RESUMED) else " ")
    return (value.removesuffix(")") if bracket == "(" else value) or method


_RESUMED = ("send(", "throw(", "close(")


def reasons_that_fit(scale: Scale, stretch: Stretch) -> Iterator[tuple[str, float]]:
    """Yield what can be written into a bar, and the size in points: the longest text first."""
    room = (stretch.right - stretch.left) * scale.inch - 0.08
    if room < 0.1:
        return
    for text in reasons_of(stretch):
        for size in (8.0, 7.0):
            if length(text, size) <= room:
                yield text, size
                break
