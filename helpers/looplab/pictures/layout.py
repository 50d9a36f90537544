"""Where everything of a picture goes: lanes, bars, arrows, and what is written where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from looplab.pictures.arrows import arrows_of
from looplab.pictures.describing import (
    LOOP,
    blockers,
    blocks,
    cut_short,
    ending,
    headline,
    label,
    lost,
    overlap,
    some,
    stuck,
    who_blocked,
)
from looplab.pictures.grouping import endings, shown, under_way
from looplab.pictures.lettering import INK, cut, length, wrapped
from looplab.pictures.lock_holders import holders
from looplab.pictures.loop_lane import captions_of, has_loop_lane, loop_of
from looplab.pictures.plan import (
    COLUMN,
    EDGE,
    GREY,
    LABELS,
    LONGEST,
    MARKS,
    RED,
    SHORTEST,
    STRIP,
    WIDTH,
    AxisName,
    Crowd,
    Fault,
    Hold,
    Plan,
    Scale,
    reasons_of,
    reasons_that_fit,
)
from looplab.runs.records import TaskLife
from looplab.runs.run import Run

ASIDE_OF_LANES = 0.15
"""Inches between the names and the lanes."""


class Draft:
    """A run of which is not settled how wide it is drawn, for others may share its scale.

    Args:
        run: what to draw.
        axis: seconds or steps, from left to right.
        name: what to call the run, before its title.
        fault: what a check objects to; None where it is no failure that is drawn.

    Attributes:
        left: the least room for the names of lanes, in inches.
    """

    def __init__(
        self, run: Run, axis: AxisName, name: str = "", fault: Fault | None = None
    ) -> None:
        self._run, self._axis, self._name, self._fault = run, axis, name, fault
        self._shown = shown(run)
        lives, groups = self._shown.lives, self._shown.groups
        waited_for = holders(lives)
        self._holders: dict[int | None, str] = {
            life.id: label(life)[0] for life in run.lives if life.id in waited_for
        }
        self._compact = len(lives) > 12
        self._endings = [_ending(run, life, groups.get(life.id)) for life in lives]
        if fault is not None and lives and lives[0].outcome == "returned":
            mark, _ = MARKS["returned"]
            # It did return, but what it did is not right.
            self._endings[0] = self._endings[0][0].removeprefix(f"{mark} "), GREY
        # What has no room in its bar is said below a name, and that may leave less room for others.
        self.left, wider = 0.0, self._room_for(self._named(None))
        while wider > self.left:
            self.left = wider
            wider = self._room_for(self._named(self.scale(wider)))

    def _named(self, scale: Scale | None, room: float = LABELS) -> list[tuple[str, str]]:
        """Return the name of each lane, and what is said below it."""
        groups = self._shown.groups
        return [
            _labelled(self._run, scale, life, room, compact=self._compact or life.id in groups)
            for life in self._shown.lives
        ]

    def _room_for(self, labels: list[tuple[str, str]]) -> float:
        """Return how many inches the column of names takes."""
        lengths = [max(length(a, 9.5, True), length(b, 7.5)) for a, b in labels]
        if has_loop_lane(self._run, self._axis):
            lengths.append(length(LOOP, 8.5))
        return EDGE + max(lengths, default=0) + ASIDE_OF_LANES

    def scale(self, left: float, others: Sequence[Scale] = ()) -> Scale:
        """Return the widest scale that leaves room for what is told at a lane's end.

        Args:
            left: the room for the names of lanes, in inches.
            others: those of the runs that are drawn on the same scale.
        """
        run, axis, lives = self._run, self._axis, self._shown.lives
        end = min(run.duration if axis == "seconds" else run.steps, LONGEST)
        nothing = end <= SHORTEST
        end = 1 if nothing else end
        plain = Scale(axis, end, end, 1, holders=self._holders)
        pending = [life for life in lives if life.outcome == "pending" and life.spans]
        waits = [plain.stretches(life)[-1] for life in pending]
        reasons = [text for wait in waits for text in reasons_of(wait)]
        longest = max((length(text, 8) for text in reasons), default=0)
        tail = min(longest + 0.3, 2.0) if run.deadlock and waits else 0.0
        room = WIDTH - EDGE - left
        widths = [room]
        for life, (text, _) in zip(lives, self._endings, strict=True):
            needed = 0.1 + length(text, 8.5)
            stop = max((s.right for s in plain.stretches(life)), default=0) / end
            if tail and life.outcome == "pending":
                widths.append(room - needed)
            elif stop:
                widths.append(tail + (room - tail - needed) / stop)
        inch = min([max(min(widths) - tail, 1) / end, *(other.inch for other in others)])
        if axis == "steps":
            inch = min(inch, COLUMN)
        most = max([end, *(other.end for other in others)])
        return Scale(axis, end, end + tail / inch, inch, most, nothing, self._holders)

    def plan(self, left: float, scale: Scale) -> Plan:
        """Return where everything of the run goes.

        Args:
            left: the room for the names of lanes, in inches.
            scale: where its moments lie.
        """
        run, axis, lives, groups = self._run, self._axis, self._shown.lives, self._shown.groups
        holds = list(_holds(run, lives, scale))
        told = f"{self._name}: {headline(run)}" if self._name else headline(run)
        others = self._shown.others
        loop, lane = loop_of(run, scale), 0.34 if self._compact else 0.52
        return Plan(
            lives=lives,
            labels=self._named(scale, left - EDGE - ASIDE_OF_LANES + 1e-6),
            endings=self._endings,
            scale=scale,
            arrows=arrows_of(
                lives, scale, run.ticks, len(lives) + STRIP / lane / 4 if loop else None
            ),
            holds=holds,
            faults=list(_faults(lives, scale, self._fault)),
            crowds=[
                Crowd(row, under_way(groups[life.id], on_steps=axis == "steps"))
                for row, life in enumerate(lives)
                if life.id in groups
            ],
            loop=loop,
            captions=captions_of(run, scale),
            title=wrapped(told, WIDTH - 2 * EDGE, 13),
            notes=_notes(run, holds),
            footer=f"and {others:,} more" if others else "",
            lane=lane,
            left=left,
            below=0.48 + 0.2 * (others > 0),
        )


def plans_of(
    runs: Sequence[Run], axis: AxisName, names: Sequence[str], fault: Fault | None = None
) -> list[Plan]:
    """Return where everything of some runs goes, that are drawn on one scale.

    Args:
        runs: what to draw, from top to bottom.
        axis: seconds or steps, from left to right.
        names: what to call each.
        fault: what a check objects to in the first; the others are there to compare with.
    """
    drafts = [
        Draft(run, axis, name, None if number else fault)
        for number, (run, name) in enumerate(zip(runs, names, strict=True))
    ]
    # The column of names first, for it leaves room for the rest.
    left = max(draft.left for draft in drafts)
    widest = [draft.scale(left) for draft in drafts]
    plans = [draft.plan(left, draft.scale(left, widest)) for draft in drafts]
    base = 0.0
    for number in reversed(range(len(plans))):
        plans[number] = replace(plans[number], base=base, explained=number == 0)
        base += plans[number].height
    return plans


def _faults(
    lives: Sequence[TaskLife], scale: Scale, fault: Fault | None
) -> Iterator[tuple[int, float, float]]:
    """Yield in which lanes it goes wrong, and from where to where."""
    line = None if fault is None else fault.line
    for row, life in enumerate(lives):
        guilty = [each for each in scale.stretches(life) if each.span.line == line is not None]
        waits = [each for each in guilty if each.span.state == "waiting"] or guilty
        if waits:
            yield row, waits[0].left, waits[-1].right


def _ending(run: Run, life: TaskLife, members: Sequence[TaskLife] | None = None) -> tuple[str, str]:
    """Return the mark and the words at the end of a lane, and their colour."""
    if members:
        outcomes = {each.outcome for each in members}
        mark, colour = MARKS[life.outcome] if len(outcomes) == 1 else ("", INK)
        return f"{mark} {cut(endings(members), 1.8, 8.5)}".lstrip(), colour
    mark, colour = MARKS[life.outcome]
    words = ending(run, life)
    if life.outcome == "raised":
        words = words.removeprefix("raised ")
    return f"{mark} {cut(words, 1.8, 8.5)}", colour


def _labelled(
    run: Run, scale: Scale | None, life: TaskLife, room: float, *, compact: bool
) -> tuple[str, str]:
    """Return the name of a lane, and below it what else is to be said of it.

    Args:
        run: whose life it is.
        scale: on which it is drawn: what has no room in its bar is said here. None: nothing is.
        life: whose lane it is.
        room: in inches.
        compact: whether there is one line for all.
    """
    name, more = label(life, run)
    if compact:
        return cut(" · ".join(filter(None, (name, more))), room, 9.5, True), ""
    inside, outside = set(), dict[str, str]()
    for stretch in scale.stretches(life) if scale else ():
        if stretch.span.state != "waiting":
            continue
        reason = next(iter(reasons_of(stretch, inside=False)), "")
        # Which values it yields is too much here: a bar says it, or the words below the picture.
        reason = "yield" if reason.startswith("yield") else reason
        if scale and any(reasons_that_fit(scale, stretch)):
            inside.add(stretch.span.reason)
        else:
            outside.setdefault(stretch.span.reason, reason)
    untold = [reason for waits_for, reason in outside.items() if waits_for not in inside]
    waits = ", ".join(dict.fromkeys(filter(None, untold)))
    told = waits and f"waits {'at' if waits == 'yield' else 'for'} {waits}"
    below = " · ".join(filter(None, (more, told)))
    return cut(name, room, 9.5, True), cut(below, room, 7.5)


def _holds(run: Run, lives: tuple[TaskLife, ...], scale: Scale) -> Iterator[Hold]:
    rows = {life.id: row for row, life in enumerate(lives)}
    for blocking, life in zip(run.blocked, who_blocked(run), strict=True):
        if life is None or life.id not in rows:
            continue
        for span, left, right, _ in scale.stretches(life):
            if span.state == "running" and span.start <= blocking.start < span.stop:
                if scale.axis == "seconds":
                    left = min(max(blocking.start, left), right)
                    right = min(left + blocking.seconds, right)
                room = (right - left) * scale.inch - 0.1
                text = blocks(run, blocking)
                fits = length(text, 8, True) <= room
                yield Hold(rows[life.id], left, right, text if fits else "")
                break


def _notes(run: Run, holds: list[Hold]) -> list[tuple[str, str]]:
    """Return the lines below the title, and their colours."""
    notes = [(overlap(run), GREY)] if overlap(run) else []
    notes += [(line, RED) for line in some(stuck(run), 3)]
    notes += [(cut_short(run), RED)] if cut_short(run) else []
    notes += [(lost(each), RED) for each in run.lost[:3]]
    if sum(hold.text != "" for hold in holds) < len(run.blocked):
        held_up = zip(blockers(run), run.blocked, strict=True)
        told = [f"{name}: {blocks(run, blocking)}" for name, blocking in held_up]
        notes += [(line, RED) for line in list(dict.fromkeys(told))[:3]]
    return [(cut(line, WIDTH - 2 * EDGE, 9.5), colour) for line, colour in notes]
