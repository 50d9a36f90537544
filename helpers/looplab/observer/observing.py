"""`observe`: a program, a virtual clock and a recorder give a `Run`.

>>> import asyncio
>>> async def main():
...     await asyncio.sleep(3600)
...     return "done"
>>> run = observe(main)
>>> run.result, run.duration
('done', 3600.0)
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from looplab.observer.announcing import announced
from looplab.observer.arguments import call_text, receiver, sender
from looplab.observer.listening import MAX_OUTPUT, MAX_WARNINGS, first_line, listening
from looplab.observer.patience import Patience
from looplab.recorder.generators import GeneratorTrace
from looplab.recorder.handles import recorded
from looplab.recorder.leaving import begun_late, left_on
from looplab.recorder.lives import cut_short, details_of
from looplab.recorder.losing import Losses
from looplab.recorder.notes import ENDED
from looplab.recorder.recorder import Recorder
from looplab.recorder.threads import Threads
from looplab.recorder.waiting import last_line, line_of_caller
from looplab.recorder.watching import RealClock, Watch, blocked_in
from looplab.runs.failures import Failure, describe_exception, without_addresses
from looplab.runs.queries import A_CALLBACK
from looplab.runs.records import Blocking, Wait
from looplab.runs.run import MAX_BLOCKED, SCHEMA, Facts, Run
from looplab.runs.wire import Value, WireError, decode, encode
from looplab.virtual.answers import Clock, TooMuch
from looplab.virtual.clock import virtual_time
from looplab.virtual.hiding import hidden_loop
from looplab.virtual.loop import Deadlock, VirtualLoop
from looplab.virtual.specs import Spec
from looplab.virtual.world import World

MAX_ITEMS = 10_000
"""An iterator that a program returns is consumed up to this many items."""

MAX_STEPS = 3_000
"""What happens in so many steps is recorded; a Run that crosses to another process is small."""


def observe(
    program: Callable[..., Any],
    *args: Any,
    take: int | None = None,
    cancel_at: float | None = None,
    clock: Literal["virtual", "real"] = "virtual",
) -> Run:
    """Run `program(*args)` under virtual time, and return what it did.

    The program runs in this thread, on a fresh event loop. A coroutine function, or
    anything that returns an awaitable, is awaited. An iterator that it returns is
    consumed, and `Run.result` is the list of its items. A plain function may call
    `asyncio.run` itself.

    Args:
        program: what to run.
        args: its arguments; they and the result are copied, as if they crossed to
            another process. A spec, such as `jobs` or `gens` return, becomes the
            service it describes.
        take: how many items to take of an iterator that is returned; it is closed
            then. Left out, all, and at most 10,000.
        cancel_at: after how many seconds to cancel the task of a coroutine; left out, never.
        clock: `real` lets the program really wait, for what is about real time: how long
            threads take, or a signal. It gets no specs then, and its deadlock is not found:
            it waits until it is interrupted.

    Returns:
        The run. An exception of the program does not leave `observe`: it is `Run.error`.

    Raises:
        TypeError: an argument can be neither copied nor run, or is a spec under a real clock.

    >>> def count():
    ...     yield from range(10**9)
    >>> observe(count, take=2).result
    [0, 1]
    """
    specs: list[Spec] = []
    sent = [encode(arg, sender(specs)) for arg in args]
    if clock == "real" and specs:
        raise TypeError(
            f"{specs[0].name} is a service on virtual time: leave out clock='real', or let the "
            "program wait by itself."
        )
    world = World(specs) if clock == "virtual" else RealClock()
    received = [decode(each, receiver(specs, args, world)) for each in sent]
    echo = announced() is None
    run = perform(
        program,
        received,
        world,
        take=take,
        cancel_at=cancel_at,
        echo=echo,
        patience=patience_of_check(),
    )
    return with_record(run, world, call_text(program, args, take, cancel_at))


def patience_of_check() -> Patience | None:
    """Return what a program has that the running check observes; None where there is no check."""
    check = announced()
    return None if check is None else Patience(str(check))


def not_run(program: str, failure: Failure) -> Run:
    """Return the run of a program of which nothing is known but how it failed."""
    run = perform(int, [], World([]))
    return replace(
        run, program=program, call=program, result=None, error=failure, lives=(), steps=0
    )


def with_record(run: Run, world: World | RealClock, call: str) -> Run:
    """Return `run` with what does not depend on the word of the process that it ran in.

    Args:
        run: what came out of the process.
        world: the clock and the services that it ran on.
        call: what it was asked to run; see `call_text`.
    """
    return run.with_facts(duration=world.duration, calls=world.calls, call=call)


@dataclass
class _Facts:
    """What is known of a program while it runs."""

    name: str
    result: Value = None
    error: Failure | None = None
    leftovers: tuple[Wait, ...] = ()
    deadlock: tuple[Wait, ...] = ()
    blocked: list[Blocking] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def perform(
    program: Callable[..., Any],
    args: Sequence[Any],
    world: Clock | RealClock,
    *,
    take: int | None = None,
    cancel_at: float | None = None,
    echo: bool = False,
    patience: Patience | None = None,
) -> Run:
    """Run `program(*args)` on `world`, and return what it did.

    `observe` is this with a world of its own; in grading the world is the examiner's.

    Args:
        program: what to run.
        args: its arguments, as it gets them.
        world: the clock and the services, or a real clock.
        take: as for `observe`.
        cancel_at: as for `observe`.
        echo: whether what it prints is also printed.
        patience: ends it when its time is up; left out, nothing does.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    facts = _Facts(getattr(program, "__name__", type(program).__name__))
    # Of a generator function the first lane is whoever asks it for items.
    first = "caller" if inspect.isgeneratorfunction(program) else facts.name
    recorder = Recorder(lambda: world.now, first, limit=MAX_STEPS)
    threads, losses = Threads(recorder), Losses(recorder)
    watch = Watch(recorder)

    def blocked(start: float, seconds: float) -> None:
        life, name = recorder.running, facts.name
        if life is not None:
            name = life.label
        elif asyncio._get_running_loop() is not None:
            name = A_CALLBACK
        if len(facts.blocked) < MAX_BLOCKED:
            facts.blocked.append(Blocking(name, start, float(seconds), line_of_caller()))

    names = getattr(program, "__globals__", {})
    with (
        patience or contextlib.nullcontext(),
        hidden_loop(),
        listening(facts.warnings, echo) as output,
        watch if isinstance(world, RealClock) else virtual_time(world, names, blocked),
        threads.recorded(names),
        losses.noted(),
        recorded(recorder),
    ):
        if inspect.iscoroutinefunction(program):
            _run_coroutine(program, args, facts, recorder, world, cancel_at)
        else:
            _run_plainly(program, args, facts, recorder, world, take, cancel_at)
        if patience is not None:
            _end(patience, facts)
        # It ends here, with all that hangs on it: what nobody awaited is told now, and not later.
        losses.look_at_exceptions()
        result, facts.result = _copy(facts), None
        # What a program drops that had to be ended is no longer young.
        gc.collect(2 if facts.error is not None and facts.error.type == "TooMuch" else 1)
        lost = losses.found()
    if isinstance(world, RealClock):
        facts.blocked.extend(blocked_in(recorder, watch))
    recorder.settle()
    told = Facts(
        schema=SCHEMA,
        program=facts.name,
        clock="real" if isinstance(world, RealClock) else "virtual",
        call=facts.name,
        result=result,
        error=facts.error,
        duration=world.now,
        steps=recorder.steps,
        callbacks=recorder.callbacks,
        calls=(),
        leftovers=facts.leftovers,
        deadlock=facts.deadlock,
        blocked=tuple(facts.blocked[:MAX_BLOCKED]),
        lost=lost,
        threads=threads.started,
        output=without_addresses(output.getvalue()[:MAX_OUTPUT]),
        warnings=(*facts.warnings[:MAX_WARNINGS], *cut_short(recorder)),
    )
    # A thread may still run, and what is noted of it is not at its end.
    now = details_of(recorder) if threads.started else None
    return Run.of(told, lambda: details_of(recorder) if now is None else now)


def _end(patience: Patience, facts: _Facts) -> None:
    """Note that the program did not end by itself, whatever it made of that.

    Raises:
        Stopped: Stop was pressed.
    """
    patience.finish()
    if isinstance(patience.over, TooMuch):
        facts.error = describe_exception(patience.over.with_traceback(None), patience.line)
        facts.result, facts.deadlock = None, ()
    elif patience.over is not None:
        raise patience.over


def _copy(facts: _Facts) -> Value:
    """Return the result as it crosses to another process; what is too large is an error."""
    try:
        return decode(encode(facts.result))
    except WireError as error:
        facts.error = describe_exception(error)
        return None


@contextlib.contextmanager
def _catching(facts: _Facts) -> Iterator[None]:
    """Note how the program failed, if it does."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        facts.error = describe_exception(error, last_line(error), last_line)


def _run_coroutine(
    program: Callable[..., Any],
    args: Sequence[Any],
    facts: _Facts,
    recorder: Recorder,
    world: Clock | RealClock,
    cancel_at: float | None,
) -> None:
    coroutine = None
    with _catching(facts):
        coroutine = program(*args)  # which fails where it takes other arguments
    if coroutine is not None:
        _run_on_loop(coroutine, facts, recorder, world, cancel_at)
    world.finish()


def _run_on_loop(
    awaitable: Any,
    facts: _Facts,
    recorder: Recorder,
    world: Clock | RealClock,
    cancel_at: float | None,
) -> None:
    loop = asyncio.new_event_loop() if isinstance(world, RealClock) else VirtualLoop(world)
    loop.set_exception_handler(lambda _, context: facts.warnings.append(_warning(context)))

    async def main() -> Any:
        return await awaitable

    def task_ended(ended: Any) -> None:
        # Now, and not when the loop has turned once more: by then a task that was
        # cancelled and not waited for is gone too.
        if ended is task:
            end()

    def end() -> None:
        if recorder.stopped:
            return
        if task.done():
            facts.leftovers = left_on(loop, recorder, task)
            _ = task.cancelled() or task.exception()  # the caller gets it: it is not lost
        recorder.stop()
        world.finish()

    # As it is: what is thrown into a coroutine that awaits another may not come out the same.
    task = loop.create_task(awaitable if inspect.iscoroutine(awaitable) else main())
    recorder.begin_with(task, loop, facts.name)
    recorder.on_ended = task_ended
    if cancel_at is not None:
        loop.call_later(cancel_at, task.cancel)
    try:
        with _catching(facts):
            try:
                loop.run_until_complete(task)
            except Deadlock:
                facts.deadlock = left_on(loop, recorder, None)
                raise
            finally:
                end()
                facts.leftovers = (*facts.leftovers, *begun_late(loop, recorder))
                if task.done() and not task.cancelled() and task.exception() is None:
                    facts.result = task.result()
    finally:
        close_loop(loop)
        # The two know each other, and the task its result: it would wait for a collection.
        recorder.on_ended = None


def _warning(context: dict[str, Any]) -> str:
    error = context.get("exception")
    told = f": {describe_exception(error)}" if error else ""
    return first_line(context["message"]) + told


def close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left, let it end, and close the loop."""
    loop.set_exception_handler(lambda *_: None)
    if isinstance(loop, VirtualLoop):
        loop.reset_turns()
    with contextlib.suppress(BaseException), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for task in asyncio.all_tasks(loop):
            task.cancel()
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own switch, not in its stubs
        left = asyncio.all_tasks(loop)
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=60))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    for task in asyncio.all_tasks(loop):
        # Who swallows a cancellation may swallow this too, and never end: now it can be stopped,
        # and not when garbage is collected.
        with contextlib.suppress(BaseException):
            task.get_coro().close()


def _run_plainly(
    program: Callable[..., Any],
    args: Sequence[Any],
    facts: _Facts,
    recorder: Recorder,
    world: Clock | RealClock,
    take: int | None,
    cancel_at: float | None,
) -> None:
    value = None
    trace = GeneratorTrace(recorder, getattr(program, "__code__", None))
    program_life = recorder.new_life("program", recorder.program, recorder.program)
    with _catching(facts), trace:
        recorder.open(program_life, recorder.current)
        value = program(*args)
        if not inspect.isawaitable(value):
            trace.go_on()
            facts.result = _consume(value, take) if _is_iterator(value) else value
            value = None
    program_life.outcome = "raised" if facts.error else "returned"
    program_life.error = facts.error
    if recorder.opened is not None:
        recorder.close(ENDED)
    if value is not None and facts.error is None:
        _run_on_loop(value, facts, recorder, world, cancel_at)
    world.finish()


def _is_iterator(value: Any) -> bool:
    return hasattr(type(value), "__next__")


def _consume(iterator: Any, take: int | None) -> list[Any]:
    items: list[Any] = []
    limit = MAX_ITEMS if take is None else take
    while len(items) < limit:
        try:
            items.append(next(iterator))
        except StopIteration:
            return items
    if take is None:
        raise TooMuch(f"it yielded more than {MAX_ITEMS:,} items")
    close = getattr(iterator, "close", None)
    if close is not None:
        close()
    return items
