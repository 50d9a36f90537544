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
recorded. A loop that runs inside a task's step (nest_asyncio) is not looked into, and a loop
that runs handles of its own (uvloop) cannot be recorded: the run says so. What `observe` runs in
the block is in a Run of its own, and not in this one.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

from looplab.recorder.handles import recorded
from looplab.recorder.lives import cut_short, details_of, waits_of
from looplab.recorder.losing import Losses
from looplab.recorder.notes import MAX_STEPS
from looplab.recorder.recorder import Recorder
from looplab.recorder.threads import Threads
from looplab.recorder.waiting import last_line
from looplab.recorder.watching import Watch, blocked_in, is_clock_real
from looplab.runs.failures import Failure, describe_exception
from looplab.runs.run import MAX_BLOCKED, NOTHING_SEEN, SCHEMA, Run


@contextmanager
def recording(name: str = "recording", *, limit: int = MAX_STEPS) -> Iterator[Run]:
    """Record what the with block does, and give it as a `Run` when the block has ended.

    Args:
        name: the name of the run, for its picture.
        limit: how many steps are recorded at most; each takes 32 bytes while the block
            runs, and some hundreds in the run.

    Yields:
        The run. It has no attributes until the block has ended; an exception that leaves
        the block is its `error`, and goes on.

    Raises:
        RuntimeError: a block is recorded already, or runs on a loop that cannot be recorded.

    >>> import asyncio
    >>> async def main():
    ...     await asyncio.gather(asyncio.sleep(0.02), asyncio.sleep(0.01))
    >>> with recording() as run:
    ...     asyncio.run(main())
    >>> [life.function for life in run.lives], run.clock
    (['main', 'sleep', 'sleep'], 'real')
    """
    _check_can_record()
    run = Run.__new__(Run)
    recorder = Recorder(time.perf_counter, name, limit)
    threads, losses = Threads(recorder), Losses(recorder)
    failure = None
    with (
        _alone(),
        Watch(recorder) as watch,
        threads.recorded(vars(sys.modules["__main__"])),  # a notebook's has no file
        losses.noted(),
        recorded(recorder),
    ):
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


_is_on = False


@contextmanager
def _alone() -> Iterator[None]:
    """Refuse other recordings in the with block: the last would have what the first is to have."""
    global _is_on
    _is_on = True
    try:
        yield
    finally:
        _is_on = False


def _check_can_record() -> None:
    if _is_on:
        raise RuntimeError(
            "A block is recorded already, and one at a time can be: end the first recording "
            "before you begin another."
        )
    loop = asyncio._get_running_loop()
    if loop is not None and not isinstance(loop, asyncio.BaseEventLoop):
        kind = f"{type(loop).__module__}.{type(loop).__qualname__}"
        raise RuntimeError(
            f"This loop, a {kind}, runs handles of its own and cannot be recorded: "
            "run the block on a loop of asyncio's."
        )


def _nothing_seen(recorder: Recorder) -> tuple[str, ...]:
    """Return the sentence that says why a record may be empty, where it is."""
    if recorder.lives or recorder.callbacks:
        return ()
    return (NOTHING_SEEN,)


def _record(
    name: str,
    recorder: Recorder,
    threads: Threads,
    losses: Losses,
    watch: Watch,
    failure: Failure | None,
) -> dict[str, object]:
    """Return the fields of the run."""
    assert recorder.stopped is not None
    left = [
        life.id
        for life in recorder.lives
        if life.kind == "task" and life.outcome == "pending" and life is not recorder.root
    ]
    details = details_of(recorder)
    run = Run(
        schema=SCHEMA,
        program=name,
        clock="real" if is_clock_real() else "virtual",
        call=name,
        result=None,
        error=failure,
        duration=recorder.stopped[0] - recorder.origin,
        steps=recorder.steps,
        callbacks=recorder.callbacks,
        ticks=details.ticks,
        lives=details.lives,
        calls=(),
        leftovers=waits_of(recorder, left),
        deadlock=(),
        blocked=blocked_in(recorder, watch)[:MAX_BLOCKED],
        lost=losses.found(),
        threads=threads.started,
        output="",
        warnings=(*cut_short(recorder), *_nothing_seen(recorder)),
    )
    return {field.name: getattr(run, field.name) for field in fields(Run)}
