"""The notes of a `Recorder`, made into the lives of a `Run`.

A row of the notes is a step. Between two steps of one life lies what it waited for, and
how long it was ready and something else ran: this is where the spans come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from looplab.recorder.notes import ENDED, RELAYED, ROW, STILL_RUNNING, TIMED, Life
from looplab.recorder.recorder import Recorder
from looplab.recorder.waiting import line_at
from looplab.runs.records import Callback, Span, TaskLife, Wait
from looplab.runs.run import Details


def details_of(recorder: Recorder) -> Details:
    """Return the record of each life and each callback, up to the end of the recording."""
    return Details(_Reader(recorder).lives(), _callbacks_of(recorder))


def waits_of(recorder: Recorder, numbers: Sequence[int]) -> tuple[Wait, ...]:
    """Return what the lives of these numbers wait for now."""
    return _Reader(recorder).waits(numbers) if numbers else ()


def _callbacks_of(recorder: Recorder) -> tuple[Callback, ...]:
    origin = recorder.origin
    return tuple(
        Callback(
            name=tick.name,
            timer=tick.timer,
            asked_by=tick.asked_by,
            start=tick.start - origin,
            stop=tick.stop - origin,
            step=tick.step,
            counts=tick.counts,
        )
        for tick in recorder.ticks
    )


def cut_short(recorder: Recorder) -> tuple[str, ...]:
    """Return the sentences that say where the record ends before the program did."""
    told = []
    if recorder.cut:
        told.append(f"only the first {recorder.cut[1]:,} steps are in the record")
    elif recorder.callbacks > len([tick for tick in recorder.ticks if tick.counts]):
        told.append(f"only the first {len(recorder.ticks):,} callbacks are in the record")
    return tuple(told)


def timed(recorder: Recorder) -> Iterator[tuple[int, int, int, float, float]]:
    """Yield each step: its life, its cause, its end, and when it began and stopped."""
    free = recorder.origin
    for step, (life, cause, end, ready, stop) in enumerate(ROW.iter_unpack(recorder.log)):
        start = max(ready, free, recorder.freed.get(step, free))
        free = max(free, stop)
        yield life, cause, end, min(start, free), free


@dataclass(slots=True)
class _Draft:
    """A life, as far as its rows were read."""

    life: Life
    spans: list[Span] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    end: int = STILL_RUNNING
    stop: float = 0.0
    last: int = 0


class _Reader:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._until = recorder.cut or recorder.stopped or (recorder.now(), recorder.steps)
        self._drafts = [_Draft(life) for life in recorder.lives]
        self._rows: list[tuple[int, int, int, float, float]] = list(ROW.iter_unpack(recorder.log))
        self._read()

    def _read(self) -> None:
        origin, remarks = self._recorder.origin, self._recorder.remarks
        for step, (life, cause, end, start, stop) in enumerate(timed(self._recorder)):
            draft = self._drafts[life]
            ready, start, stop = self._rows[step][3], start - origin, stop - origin
            waker = self._waker(cause, life)
            line = self._wait(draft)[1] if draft.rows else None
            if draft.life.kind == "task":
                self._wait_and_get_ready(draft, ready - origin, cause, start, step)
                waker = None
            elif draft.rows:
                self._add_wait(draft, start, step)
            said = remarks.get(step, "")
            draft.spans.append(Span("running", start, stop, step, step + 1, said, line, waker))
            draft.rows.append(step)
            draft.end, draft.stop, draft.last = end, stop, step + 1

    # Between two steps

    def _wait_and_get_ready(
        self, draft: _Draft, ready: float, cause: int, until: float, step: int
    ) -> None:
        """Add what a task did until it ran in `step`, or until the record ends there."""
        ready, first = max(ready, draft.stop), max(self._steps_at(cause), draft.last)
        reason, line, _ = self._wait(draft) if draft.rows else ("", None, None)
        if draft.rows and cause != draft.last - 1:
            self._add_wait(draft, ready, first)
            reason, line = "", None
        # Otherwise it gave way, and was to run again at once.
        if step in self._recorder.cancellations:
            reason = "cancelled"
        waker = self._waker(cause, draft.life.id)
        draft.spans.append(
            Span("ready", ready, max(ready, until), first, max(first, step), reason, line, waker)
        )

    def _add_wait(self, draft: _Draft, until: float, step: int) -> None:
        reason, line, holder = self._wait(draft)
        inside = self._recorder.suspensions.found[draft.end].inside if draft.end >= 0 else ""
        draft.spans.append(
            Span(
                "waiting",
                draft.stop,
                max(draft.stop, until),
                draft.last,
                max(draft.last, step),
                reason,
                line,
                held_by=holder,
                inside=inside,
            )
        )

    def _wait(self, draft: _Draft) -> tuple[str, int | None, int | None]:
        """Return for what, at which line, and for whose lock a life waits after its last step."""
        if draft.end >= 0:
            found = self._recorder.suspensions.found[draft.end]
            reason = found.reason
            if isinstance(reason, int):
                reason = f"task {self._drafts[reason].life.label.rpartition('<locals>.')[2]}"
            return reason, found.line, found.holder
        if STILL_RUNNING < draft.end < ENDED and draft.life.code is not None:
            return "sleep(0)", line_at(draft.life.code, ENDED - 1 - draft.end), None
        return "", None, None

    # Causes

    def _steps_at(self, cause: int) -> int:
        if cause <= RELAYED:
            return self._recorder.relays[RELAYED - cause].steps
        if cause <= TIMED:
            return TIMED - cause
        return cause + 1 if cause >= 0 else ~cause

    def _waker(self, cause: int, life: int) -> int | None:
        waker = self._recorder.waker(cause)
        return None if waker == life else waker

    # The record

    def lives(self) -> tuple[TaskLife, ...]:
        for draft in self._drafts:
            if draft.life.kind == "thread":
                self._add_thread(draft)
            elif draft.life.outcome == "pending" or draft.end >= 0:
                self._add_the_rest(draft)
        return tuple(self._record(draft) for draft in self._drafts)

    def _add_the_rest(self, draft: _Draft) -> None:
        """Add what a life did that had not ended, up to the end of the record."""
        until, step = draft.life.ended or self._until
        until -= self._recorder.origin
        pending = self._recorder.pending.get(draft.life.id)
        if pending is not None:
            ready = pending.time - self._recorder.origin
            self._wait_and_get_ready(draft, min(ready, until), pending.cause, until, step)
        elif draft.rows and draft.end != STILL_RUNNING:
            self._add_wait(draft, until, step)

    def _add_thread(self, draft: _Draft) -> None:
        until = self._until[0]
        notes = self._recorder.threads[draft.life.id]
        times = [notes.ready, notes.start, notes.stop]
        steps = [self._steps_at(draft.life.cause), notes.first, notes.last]
        origin, reached, first = self._recorder.origin, 0.0, 0
        moments = []
        for time, step in zip(times, steps, strict=True):
            reached = max(reached, min(until if time is None else time, until) - origin)
            first = max(first, min(self._until[1] if step is None else step, self._until[1]))
            moments.append((reached, first))
        (ready, a), (start, b), (stop, c) = moments
        draft.spans.append(Span("ready", ready, start, a, b))
        if notes.start is not None:
            draft.spans.append(Span("running", start, stop, b, c))

    def _record(self, draft: _Draft) -> TaskLife:
        life = draft.life
        life.look_at_name()
        return TaskLife(
            id=life.id,
            kind=life.kind,
            name=life.name,
            function=life.function,
            created_by=self._waker(life.cause, life.id),
            cancelled_by=self._canceller(draft, 0),
            outcome=life.outcome,
            returned=life.returned,
            error=life.error,
            spans=tuple(draft.spans),
        )

    def _canceller(self, draft: _Draft, depth: int) -> int | None:
        """Return the number of the life that cancelled this one, as far as can be known."""
        if draft.life.outcome != "cancelled" or not draft.rows or depth > len(self._drafts):
            return None
        woken = [row for row in draft.rows if row in self._recorder.cancellations]
        if not woken:
            return self._only_one_who_ran(draft)
        cause = self._rows[woken[-1]][1]
        waker = self._recorder.waker(cause)
        if waker is None or waker == draft.life.id:
            return None
        # A task that awaits another is woken by it; who cancelled the other has cancelled both.
        other = self._drafts[waker]
        if other.life.outcome == "cancelled" and other.end == ENDED and self._ends(other, cause):
            return self._canceller(other, depth + 1)
        return waker

    def _ends(self, draft: _Draft, cause: int) -> bool:
        """Whether `cause` is the end of that life: its last step, or what followed on it."""
        return cause <= RELAYED or cause == draft.rows[-1]

    def _only_one_who_ran(self, draft: _Draft) -> int | None:
        """Return who cancelled a life that was ready, where only one other ran meanwhile."""
        step = draft.rows[-1]
        ready = max(self._steps_at(self._rows[step][1]) - 1, 0)
        ran = {row[0] for row in self._rows[ready:step]} - {draft.life.id}
        return ran.pop() if len(ran) == 1 else None

    def waits(self, numbers: Sequence[int]) -> tuple[Wait, ...]:
        return tuple(self._wait_of(self._drafts[number]) for number in numbers)

    def _wait_of(self, draft: _Draft) -> Wait:
        label = draft.life.label.rpartition("<locals>.")[2]
        if not draft.rows or draft.life.id in self._recorder.pending:
            return Wait(label, "its next turn" if draft.rows else "its first turn")
        reason, line, holder = self._wait(draft)
        held_by = None if holder is None else self._drafts[holder].life.label
        return Wait(label, reason, line, held_by)
