"""What tells a `Recorder` what happens: hooks in asyncio, in place while it records.

Tasks are recorded at the level of `asyncio.Handle`, the loop's note that something is
to be run. While a recording is on, `asyncio.events.Handle` is a subclass that notes when it
was made, in whose step, and when it ran. The tasks, the coroutines and the loop stay as
they are, so what `repr`, `get_coro` and a traceback say stays true.

Caveats: a loop that makes its handles in C, uvloop for example, is not recorded.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from itertools import islice
from typing import Any

from looplab.recorder import remarks
from looplab.recorder.callbacks import of_program, of_timer
from looplab.recorder.notes import ENDED, LONG, ROW, STILL_RUNNING, TIMED, Tick
from looplab.recorder.recorder import Recorder
from looplab.recorder.replacing import put

_SLEEP = asyncio.sleep.__code__


@contextmanager
def recorded(recorder: Recorder) -> Iterator[None]:
    """Record this thread's tasks, in the with block.

    Inside a task, only what that task does and whom it starts: a notebook's kernel has
    tasks of its own.

    >>> recorder = Recorder(lambda: 0.0, "main")
    >>> with recorded(recorder):
    ...     asyncio.run(asyncio.sleep(0))
    >>> recorder.lives[0].outcome
    'returned'
    """
    loops = asyncio.BaseEventLoop
    with recorder.hooks as hooks:
        for owner, name, value in (
            (asyncio.Lock, "_locked", _holding(recorder)),
            (loops, "call_exception_handler", _handling(recorder)),
            (loops, "run_forever", _running(recorder)),
            (loops, "create_task", _creating(recorder)),
            (remarks, "remark", recorder.remark),
        ):
            hooks.enter_context(patched(owner, name, value))
        hooks.enter_context(_patched_handles(recorder))
        recorder.begin_inside()
        try:
            yield
        finally:
            recorder.stop()


@contextmanager
def patched(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Set an attribute in the with block; a recording that ends twice puts it back once."""
    missing = object()
    before = vars(owner).get(name, missing)
    put(owner, name, value)
    try:
        yield
    finally:
        if before is missing:
            delattr(owner, name)
        else:
            put(owner, name, before)


def _holding(recorder: Recorder) -> property:
    """Return what `Lock._locked` is while it is noted who holds each lock.

    A lock does not know its holder. It knows whether it is locked, and whoever runs when
    that changes has locked it.
    """

    def set_locked(lock: asyncio.Lock, value: bool) -> None:
        lock.__dict__["_locked"] = value
        holder = recorder.running if value and recorder.here() else None
        if holder is not None:
            recorder.holders[id(lock)] = holder.id
        else:
            recorder.holders.pop(id(lock), None)

    return property(lambda lock: lock.__dict__["_locked"], set_locked)


def _handling(recorder: Recorder) -> Callable[..., None]:
    """Return `call_exception_handler`, which also tells the recorder."""
    original = asyncio.BaseEventLoop.call_exception_handler

    def call_exception_handler(loop: asyncio.BaseEventLoop, context: dict[str, Any]) -> None:
        # In any thread: what is lost is told where garbage is collected.
        if recorder.on_unhandled is not None and recorder.stopped is None:
            recorder.on_unhandled(context)
        original(loop, context)

    return call_exception_handler


def _running(recorder: Recorder) -> Callable[..., None]:
    """Return `run_forever`, during which whoever calls it waits."""
    original = asyncio.BaseEventLoop.run_forever

    def run_forever(loop: asyncio.BaseEventLoop) -> None:
        if recorder.opened is None or not recorder.here():
            original(loop)
            return
        caller = recorder.close(recorder.suspensions.at("the event loop"))
        try:
            original(loop)
        finally:
            if recorder.here():
                recorder.open(caller, recorder.current)

    return run_forever


def _creating(recorder: Recorder) -> Callable[..., Any]:
    """Return `create_task`, which notes that an eager task runs at once (Python 3.12).

    Its first step is a part of its creator's; it is noted as the one that follows.
    """
    original = asyncio.BaseEventLoop.create_task

    def create_task(loop: Any, coroutine: Any, **kwargs: Any) -> Any:
        eager = loop._task_factory is not None or kwargs.get("eager_start")
        if not eager or recorder.current < 0 or not recorder.here():
            return original(loop, coroutine, **kwargs)
        creator, cause = recorder.running, recorder.current
        step = recorder.current = recorder.steps
        recorder.steps += 1
        start = recorder.now()
        task = original(loop, coroutine, **kwargs)
        recorder.current = cause
        number, end = None if creator is None else creator.id, STILL_RUNNING
        if task.done() or getattr(task.get_coro(), "cr_suspended", False):
            number = recorder.meet(task, cause, loop)
            end = ENDED if number is None else _end_of(recorder, number, task)
        if number is not None and step < recorder.limit:
            row = ROW.pack(number, cause, end, start, recorder.now())
            recorder.aside.append(row)
        return task

    return create_task


@contextmanager
def _patched_handles(recorder: Recorder) -> Iterator[None]:
    handle, timer, thread_safe = _handles(recorder)
    with ExitStack() as hooks:
        hooks.enter_context(patched(asyncio.events, "Handle", handle))
        hooks.enter_context(patched(asyncio.events, "TimerHandle", timer))
        if hasattr(asyncio.events, "_ThreadSafeHandle"):
            hooks.enter_context(patched(asyncio.events, "_ThreadSafeHandle", thread_safe))
        try:
            yield
        finally:
            # Some are still in a loop's queue; they run as asyncio's own from now on.
            del handle.__init__, handle._run, timer.__init__, timer._run


# What a task is run by, where that is not a type of its own: in C, and in Python
_STEPS = {"task_wakeup", "__step", "__wakeup"}

# The usual timer: it need not be looked at to know that it is asyncio's
_ENDS_A_SLEEP = asyncio.futures._set_result_unless_cancelled  # type: ignore[attr-defined]  # what `sleep` asks for

_SLOTS = ("_cause", "_ready_at")

# asyncio's own, also inside another recording
_Handle: Any = asyncio.events.Handle
_TimerHandle: Any = asyncio.events.TimerHandle


class _AnyTimer(type):
    """Lets timers that were made before the recording be compared with each other.

    They ask whether the other is an `asyncio.events.TimerHandle`, and that name is ours now.
    """

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _TimerHandle)


def _handles(recorder: Recorder) -> tuple[Any, Any, Any]:
    """Return the classes of handles that tell `recorder` what happens.

    This is what a recording costs at each step, so it is written to run fast: the base's
    methods are written out, and what is used often has a local name.
    """
    now, limit, log = recorder.now, recorder.limit, recorder.log
    life_of, pack = recorder.by_task.get, ROW.pack
    number_of_suspension, sleep = recorder.suspensions.number, _SLEEP
    cancellations = recorder.cancellations
    builtin, method = types.BuiltinMethodType, types.MethodType

    class RecordedHandle(_Handle):  # type: ignore[misc]  # the base is Any to mypy
        __slots__ = _SLOTS

        def __init__(self, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
            if loop._debug:
                _Handle.__init__(self, callback, args, loop, context)
            else:
                self._context = copy_context() if context is None else context
                self._loop = loop
                self._callback = callback
                self._args = args
                self._cancelled = False
                self._repr = None
                self._source_traceback = None
            self._cause = recorder.current
            self._ready_at = now()

        def _run(self) -> None:  # noqa: PLR0912  # once a step: a call more would be felt
            nonlocal log
            callback = self._callback
            try:
                task = callback.__self__
            except AttributeError:
                task = None
            life = life_of(id(task))
            if life is None:
                life = recorder.meet(task, self._cause, self._loop)
                if life is None:
                    _run_callback(recorder, self)
                    return
            kind = type(callback)
            if (kind is builtin or kind is method) and callback.__name__ not in _STEPS:
                _run_callback(recorder, self)  # `call_soon(task.cancel)`, for example
                return
            args = self._args
            step = recorder.steps
            if recorder.current >= 0 or step >= limit:
                _run_unnoted(recorder, self, life, task)
                return
            recorder.current = step
            recorder.steps = step + 1
            try:
                # A call with `*args` is much slower.
                if not args:
                    self._context.run(callback)
                else:
                    if kind is builtin and args[0].cancelled():
                        cancellations.add(step)
                    self._context.run(callback, args[0])
            except (SystemExit, KeyboardInterrupt):
                end = _end_of(recorder, life, task)
                recorder.append(life, self._cause, end, self._ready_at)
                recorder.current = ~recorder.steps
                raise
            except BaseException as error:
                _report(self, error)
            stop = now()
            if recorder.current != step:  # the record was made meanwhile
                return
            if task._fut_waiter is not None:
                end = number_of_suspension(task)
            else:
                coroutine = task.get_coro()
                try:
                    frame = coroutine.cr_frame
                    if frame is None:
                        end = ENDED
                        recorder.task_ended(life, task)
                    elif coroutine.cr_await.cr_code is sleep:
                        end = ENDED - 1 - frame.f_lasti
                    else:
                        end = number_of_suspension(task)
                except AttributeError:
                    end = _end_of(recorder, life, task)
            recorder.current = ~recorder.steps
            log += pack(life, self._cause, end, self._ready_at, stop)
            if recorder.aside:
                recorder.flush()

    class RecordedTimerHandle(_TimerHandle, metaclass=_AnyTimer):  # type: ignore[misc]  # the base is Any to mypy
        __slots__ = ("_cause",)

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self._cause = recorder.current

        def _run(self) -> None:
            _run_callback(recorder, self, timer=True)

    class RecordedThreadSafeHandle(RecordedHandle):
        """What `call_soon_threadsafe` makes since Python 3.14: another thread may cancel it."""

        __slots__ = ("_lock",)

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self._lock = threading.RLock()

        def cancel(self) -> None:
            with self._lock:
                super().cancel()

        def cancelled(self) -> bool:
            with self._lock:
                return bool(super().cancelled())

        def _run(self) -> None:
            with self._lock:
                if not self._cancelled:
                    super()._run()

    return RecordedHandle, RecordedTimerHandle, RecordedThreadSafeHandle


def _run_callback(recorder: Recorder, handle: Any, timer: bool = False) -> None:
    """Run a handle that is no task's step: what it wakes, whoever asked for it woke."""
    if recorder.current >= 0 or not recorder.here():
        _Handle._run(handle)
        return
    inside = handle._cause >= 0 or handle._cause <= TIMED
    name = None
    if handle._callback is not _ENDS_A_SLEEP and (inside or recorder.root is None):
        name = of_program(handle._callback, handle._args, of_student=recorder.root is not None)
    if inside and recorder.steps < recorder.limit:
        waker = None if timer else recorder.waker(handle._cause)
        recorder.current = TIMED - recorder.steps if waker is None else recorder.relay(waker)
    counts = name is not None
    recorder.callbacks += counts
    if timer and inside and not counts:
        name = of_timer(handle._callback, handle._args)
    start, loop = recorder.now(), handle._loop
    late, before = loop.time() - handle._when if timer else 0.0, len(loop._ready)
    try:
        _Handle._run(handle)
    finally:  # also where an interrupt ends it
        stop = recorder.now()
        if name is not None and len(recorder.ticks) < recorder.limit and recorder.cut is None:
            waker = recorder.waker(handle._cause)
            recorder.ticks.append(Tick(name, timer, waker, start, stop, recorder.steps, counts))
    if late > LONG:
        # Somebody blocked the loop when it was due: since then whom it wakes could have run.
        for woken in islice(loop._ready, before, None):
            woken._ready_at = start - late
    if stop - start > LONG:
        recorder.freed[recorder.steps] = stop
    recorder.current = ~recorder.steps


def _run_unnoted(recorder: Recorder, handle: Any, life: int, task: Any) -> None:
    """Run a step inside another one, or one too many to be noted."""
    if recorder.opened is not None and recorder.here():
        # A cell that runs the loop which it runs in (nest_asyncio): it waits from now on.
        recorder.close(recorder.suspensions.at("the event loop"))
        handle._run()
        return
    if recorder.current < 0:
        if recorder.cut is None:
            recorder.cut = recorder.now(), recorder.steps
        recorder.steps += 1
        recorder.current = ~recorder.steps
    _Handle._run(handle)
    if task.done():
        recorder.task_ended(life, task)


def _end_of(recorder: Recorder, life: int, task: Any) -> int:
    """Return how a step ended, of a task whose coroutine may be of any kind."""
    if not task.done():
        return recorder.suspensions.number(task)
    recorder.task_ended(life, task)
    return ENDED


def _report(handle: Any, error: BaseException) -> None:
    """Tell the loop of an error that no task has caught, as asyncio's own handle does."""
    message = f"Exception in callback {handle._callback!r}"
    context = {"message": message, "exception": error, "handle": handle}
    handle._loop.call_exception_handler(context)
