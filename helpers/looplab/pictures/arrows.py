"""The arrows of a picture: who starts or wakes whom, and how generators hand over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest

from looplab.pictures.cancelling import canceller
from looplab.pictures.plan import ASIDE, LOW, PIXEL, TALL, Arrow, Scale
from looplab.runs.records import Callback, TaskLife

MOST_ARROWS = 40
MOST_ASIDE = 6
"""So many columns of arrows stand side by side at one moment."""


def arrows_of(
    lives: Sequence[TaskLife],
    scale: Scale,
    ticks: Sequence[Callback] = (),
    loop: float | None = None,
) -> list[Arrow]:
    """Return the arrows between lanes; none where they would be a thicket.

    Args:
        lives: one for each lane, from top to bottom.
        scale: where their moments lie.
        ticks: the callbacks of the run.
        loop: where the bars of the event loop begin, below the lanes; None where it has none.
    """
    found = [*_wakes(lives, scale, ticks, loop), *_hand_overs(lives, scale)]
    for arrows in (_first_of(found, 5), _first_of(found, 4)):
        columns = _columns(arrows)
        side_by_side = max(map(len, columns.values()), default=0)
        if len(arrows) <= MOST_ARROWS and side_by_side <= MOST_ASIDE:
            break
    arrows = [arrow for moment in columns.values() for arrow in _apart(moment)]
    return arrows if len(arrows) <= MOST_ARROWS else []


def _first_of(arrows: Iterable[Arrow], fields: int) -> list[Arrow]:
    """Return the first of those arrows that are alike in so many of their fields."""
    unique = dict[tuple[object, ...], Arrow]()
    for arrow in arrows:
        unique.setdefault(arrow[:fields], arrow)
    return list(unique.values())


def _wakes(
    lives: Sequence[TaskLife], scale: Scale, ticks: Sequence[Callback], loop: float | None
) -> Iterator[Arrow]:
    rows = {life.id: row for row, life in enumerate(lives)}
    for row, life in enumerate(lives):
        if life.kind == "generator":  # its caller hands over to it
            continue
        for span, left, right, _ in scale.stretches(life):
            waker = rows.get(-1 if span.woken_by is None else span.woken_by, row)
            who = canceller(span, lives, ticks)
            low = span.state == "ready" and (right - left) * scale.inch > PIXEL
            height = LOW if low else TALL
            if waker != row:
                means = "cancels" if isinstance(who, TaskLife) else "wakes"
                yield _between(means, left, waker, row, height, span.first)
            elif isinstance(who, Callback) and loop is not None:
                yield Arrow("cancels", left, loop, row + 0.5 + height / 2, span.first)


def _hand_overs(lives: Sequence[TaskLife], scale: Scale) -> Iterator[Arrow]:
    """Yield an arrow for each turn that leads to a generator's or follows on one."""
    if scale.axis == "seconds":
        return
    turns = []
    for row, life in enumerate(lives):
        for span, after in zip_longest(life.spans, life.spans[1:]):
            if span.state == "running":
                suspended = after is None or after.reason.startswith("yield")
                turns.append((span.first, span.last, row, suspended, span.reason))
    for (_, last, row, suspended, _), (first, _, next_row, _, how) in pairwise(sorted(turns)):
        if last == first and row != next_row:
            back = suspended and lives[row].kind == "generator"
            if back or lives[next_row].kind == "generator":
                means = "hands back" if back else _resumes(how)
                yield _between(means, first, row, next_row, TALL, first)


def _resumes(how: str) -> str:
    """Return what an arrow means that leads to a step which began like that."""
    if how.startswith(("throw(", "close(")):
        return "throws"
    return "sends" if how.startswith("send") else "resumes"


def _columns(arrows: list[Arrow]) -> dict[float, list[list[Arrow]]]:
    """Return the arrows of each moment, in the order in which they came.

    Those that can be told apart in one place share a column.
    """
    moments: dict[float, list[list[Arrow]]] = {}
    for arrow in sorted(arrows, key=lambda each: each.step):
        columns = moments.setdefault(arrow.x, [[]])
        if any(_hide(arrow, other) for other in columns[-1]):
            columns.append([])
        columns[-1].append(arrow)
    return moments


def _hide(one: Arrow, other: Arrow) -> bool:
    """Whether two arrows in one place could be taken for others."""
    (top, bottom), (other_top, other_bottom) = sorted(one[2:4]), sorted(other[2:4])
    if top >= other_bottom or other_top >= bottom:
        return False
    if one.means != other.means:
        return True
    opposite = (one.start < one.stop) != (other.start < other.stop)
    return opposite or (one.start != other.start and one.stop != other.stop)


def _apart(columns: list[list[Arrow]]) -> Iterator[Arrow]:
    """Yield the arrows of one moment: what came first stands on the left."""
    for place, column in enumerate(columns):
        aside = ASIDE * (2 * place - len(columns) + 1)
        yield from (arrow._replace(aside=aside) for arrow in column)


def _between(means: str, x: float, row: int, to: int, height: float, step: int) -> Arrow:
    down = 1 if to > row else -1
    return Arrow(means, x, row + 0.5 + down * TALL / 2, to + 0.5 - down * height / 2, step)
