"""`recording`: watch a block of a program as it runs, on whatever loop and clock it has.

`observe` runs a program on a fresh loop and a virtual clock. `recording` changes neither:

    with recording() as run:
        asyncio.run(main())
    run.timeline()

In a coroutine, or in a notebook's cell, it records what the block does itself and whom it
starts, and none of the tasks that were there before:

    with recording() as run:
        await asyncio.gather(fetch(1), fetch(2))

Caveats: what the block prints, and what it is warned of, is shown as always and not
recorded. A loop that runs inside a task's step (nest_asyncio) is not looked into.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from types import FrameType

from looplab.lives import lives_of, waits_of
from looplab.losing import Losses
from looplab.recorder import MAX_STEPS, ROW, Recorder
from looplab.run import SCHEMA, Blocking, Run
from looplab.threads import Threads
from looplab.waiting import is_program, last_line
from looplab.wire import Failure, describe_exception

BLOCKING = 0.1
"""Seconds; a step that lasts as long holds up the loop. It is asyncio's own limit for a slow
callback in debug mode, `loop.slow_callback_duration`."""

_real_clock = time.perf_counter


@contextmanager
def recording(name: str = "recording", *, limit: int = MAX_STEPS) -> Iterator[Run]:
    """Record what the with block does, and give it as a `Run` when the block has ended.

    Args:
        name: the name of the run, for its picture.
        limit: how many steps are recorded at most; each takes 40 bytes while the block
            runs, and some hundreds in the run.

    Yields:
        The run. It has no attributes until the block has ended; an exception that leaves
        the block is its `error`, and goes on.

    >>> import asyncio
    >>> async def main():
    ...     await asyncio.gather(asyncio.sleep(0.02), asyncio.sleep(0.01))
    >>> with recording() as run:
    ...     asyncio.run(main())
    >>> [life.function for life in run.lives], run.clock
    (['main', 'sleep', 'sleep'], 'real')
    """
    run = Run.__new__(Run)
    recorder = Recorder(time.perf_counter, name, limit)
    threads, losses = Threads(recorder), Losses(recorder)
    failure = None
    with _Watch(recorder) as watch, threads.recorded(), losses.noted(), recorder.tasks():
        try:
            yield run
        except BaseException as error:
            failure = describe_exception(error, last_line(error))
            raise
        finally:
            recorder.stop()
            recorder.finish_step()
            for field, value in _record(name, recorder, threads, losses, watch, failure).items():
                object.__setattr__(run, field, value)


def _record(
    name: str,
    recorder: Recorder,
    threads: Threads,
    losses: Losses,
    watch: _Watch,
    failure: Failure | None,
) -> dict[str, object]:
    """Return the fields of the run."""
    assert recorder.stopped is not None
    left = [
        life.id
        for life in recorder.lives
        if life.kind == "task" and life.outcome == "pending" and life is not recorder.root
    ]
    cut = recorder.cut
    run = Run(
        schema=SCHEMA,
        program=name,
        clock="real" if time.perf_counter is _real_clock else "virtual",
        call=name,
        result=None,
        error=failure,
        duration=recorder.stopped[0] - recorder.origin,
        steps=recorder.steps,
        lives=lives_of(recorder),
        calls=(),
        leftovers=waits_of(recorder, left),
        deadlock=(),
        blocked=tuple(_blocked(recorder, watch)),
        lost=losses.found(),
        threads=threads.started,
        output="",
        warnings=(f"only the first {cut[1]:,} steps are in the record",) if cut else (),
    )
    return {field.name: getattr(run, field.name) for field in fields(Run)}


def _blocked(recorder: Recorder, watch: _Watch) -> Iterator[Blocking]:
    for step, (life, _, _, _, start, stop) in enumerate(ROW.iter_unpack(recorder.log)):
        if stop - start >= BLOCKING:
            label = recorder.lives[life].label
            yield Blocking(label, start - recorder.origin, stop - start, watch.lines.get(step))


class _Watch:
    """Looks from a thread of its own at which line a step stands that lasts long.

    Attributes:
        lines: the line of the program, by the number of the step.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.lines: dict[int, int | None] = {}
        self._recorder = recorder
        self._watched = threading.get_ident()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="looplab watch", daemon=True)

    def __enter__(self) -> _Watch:
        if time.perf_counter is _real_clock:  # on a virtual clock no step lasts
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _look(self) -> None:
        before = -1
        while not self._over.wait(BLOCKING / 2):
            step = self._recorder.current
            if step >= 0 and step == before and step not in self.lines:
                self.lines[step] = _line(sys._current_frames().get(self._watched))
            before = step


def _line(frame: FrameType | None) -> int | None:
    while frame is not None and not is_program(frame.f_code.co_filename):
        frame = frame.f_back
    return None if frame is None else frame.f_lineno
