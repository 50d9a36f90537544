"""Who ran, who waited for what, who woke whom: a recording of one program.

Tasks are recorded at the level of `asyncio.Handle`, the loop's note that something is
to be run: while a `Recorder` is at work, `asyncio.events.Handle` is a subclass that
notes when it was made, in whose step, and when it ran. The tasks, the coroutines and the
loop stay as they are, so what `repr`, `get_coro` and a traceback say stays true.

A recorder only notes, one row of 32 bytes for each step; `looplab.lives` makes the record
out of them. A row says whose step it was, what made it ready (its *cause*), at what it
was suspended, and when it was ready, began and ended.

A cause is a number:

- 0 and up: it was made ready in the step of that number;
- -1 and down: by nobody, a timer or input, when `~cause` steps had begun;
- `RELAYED` and down: as `Recorder.relays[RELAYED - cause]` says: on behalf of somebody.

Caveats: a loop that makes its handles in C, uvloop for example, is not recorded.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.tasks
import re
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from struct import Struct
from typing import Any, Literal, NamedTuple

from looplab.waiting import Suspensions, last_line
from looplab.wire import Failure, describe_exception

MAX_STEPS = 200_000
"""Steps are counted for ever; what happens in them is noted up to this one."""

ROW = Struct("iiidd")
"""A step: its life, its cause, its end; when it was ready, and when it stopped. It began when it
was ready, or when what ran before had stopped; reading the clock once less is worth that."""

ENDED = -1
"""The end of a step after which the life had ended. From here down, `ENDED - 1 - lasti`: it
gave way with `sleep(0)` at that instruction of its outermost frame. From 0 up: the
number of its suspension."""

STILL_RUNNING = -(2**30)
"""The end of a step that had not ended when the recording did."""

LONG = 0.001
"""Seconds; a callback that takes as long is not counted into the step that follows."""

RELAYED = -(2**30)
_STEP = "_handles.<locals>.RecordedHandle._run"

Kind = Literal["task", "generator", "thread", "program"]
Outcome = Literal["returned", "raised", "cancelled", "closed", "pending"]

_TASKS: tuple[Any, ...] = (asyncio.Task, asyncio.tasks._PyTask)  # type: ignore[attr-defined]  # the two that asyncio has
_SLEEP = asyncio.sleep.__code__


def is_default(name: str) -> bool:
    """Whether asyncio gave a task that name, and not the program."""
    return re.fullmatch(r"Task-\d+", name) is not None


@dataclass(slots=True)
class Life:
    """What is noted of a life besides its steps. `TaskLife` is the record of it."""

    id: int
    kind: Kind
    name: str
    function: str
    cause: int
    code: types.CodeType | None = None
    outcome: Outcome = "pending"
    error: Failure | None = None
    task: weakref.ref[Any] | None = None
    ended: tuple[float, int] | None = None
    """When it ended, in seconds and steps, where that was not at the end of a step."""
    hidden: bool = False
    """Whether it is part of how a program is run, and none of its own."""

    @property
    def label(self) -> str:
        """Its name where the program gave it one; else what it runs."""
        if self.task is not None and (task := self.task()) is not None:
            name: str = task.get_name()
            if not is_default(name):
                self.name = name
        return self.function if is_default(self.name) else self.name


class Relay(NamedTuple):
    """Why something was made ready outside any step.

    Attributes:
        waker: the number of the life on whose behalf; None for a timer.
        steps: how many steps had begun.
    """

    waker: int | None
    steps: int


@dataclass(slots=True)
class ThreadNotes:
    """When a thread was asked for, began and ended: in seconds, and how many steps had begun."""

    ready: float
    start: float | None = None
    first: int | None = None
    stop: float | None = None
    last: int | None = None

    def begin(self, recorder: Recorder) -> None:
        """Note that it begins now."""
        self.start, self.first = recorder.now(), recorder.steps

    def end(self, recorder: Recorder) -> None:
        """Note that it ends now."""
        self.stop, self.last = recorder.now(), recorder.steps


class Pending(NamedTuple):
    """A life that is ready and has not run yet."""

    time: float
    cause: int


class Recorder:
    """Records the tasks of one thread, and where asked its generators.

    Args:
        now: says what time it is, in seconds; seconds are counted from its making.
        program: the name of what is recorded.
        limit: how many steps are noted at most; they take 32 bytes each.

    >>> recorder = Recorder(lambda: 0.0, "main")
    >>> with recorder.tasks():
    ...     asyncio.run(asyncio.sleep(0))
    >>> recorder.lives[0].outcome
    'returned'
    """

    __slots__ = (
        "_destroyed",
        "_hooks",
        "_loops",
        "_opened",
        "_tasks",
        "_thread",
        "aside",
        "by_task",
        "cancellations",
        "current",
        "cut",
        "freed",
        "holders",
        "limit",
        "lives",
        "log",
        "now",
        "on_unhandled",
        "origin",
        "pending",
        "program",
        "relays",
        "root",
        "steps",
        "stopped",
        "suspensions",
        "threads",
    )

    def __init__(self, now: Callable[[], float], program: str, limit: int = MAX_STEPS) -> None:
        self.now, self.program, self.limit = now, program, limit
        self.origin = now()
        self.lives: list[Life] = []
        self.log = bytearray()
        self.relays: list[Relay] = []
        self.pending: dict[int, Pending] = {}
        """When each life was made ready that was ready and had not run when the notes stopped."""
        self.threads: dict[int, ThreadNotes] = {}
        """The notes of the lives that are threads."""
        self.cancellations: set[int] = set()
        """The steps that began because their life was cancelled."""
        self.freed: dict[int, float] = {}
        """When the loop was free for these steps, where a callback held it up before."""
        self.aside: list[bytes] = []
        """Rows that follow the one of the step that runs."""
        self.steps = 0
        self.current = -1
        """The number of the step that runs; while none does, the cause of what happens."""
        self.cut: tuple[float, int] | None = None
        """When, in seconds and steps, the notes ended, where there were too many steps."""
        self.stopped: tuple[float, int] | None = None
        """When, in seconds and steps, the recording ended."""
        self.on_unhandled: Callable[[dict[str, Any]], None] | None = None
        """Told what the exception handler of a loop is told."""
        self.suspensions = Suspensions(self.life_of, self._holder)
        self._opened: tuple[Life, int, float] | None = None
        self.by_task: dict[int, int] = {}
        self._destroyed: dict[int, int] = {}
        self.holders: dict[int, int] = {}
        self.root: Life | None = None
        """The task inside which the recording began, where it did."""
        self._thread = threading.get_ident()
        self._loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        self._hooks = ExitStack()
        self._tasks = 0

    # What is recorded

    @contextmanager
    def tasks(self) -> Iterator[None]:
        """Record this thread's tasks, in the with block.

        Inside a task, only what that task does and whom it starts: a notebook's kernel
        has tasks of its own.
        """
        loops = asyncio.BaseEventLoop
        with self._hooks:
            for owner, name, value in (
                (asyncio.Lock, "_locked", _holding(self)),
                (loops, "call_exception_handler", _handling(self)),
                (loops, "run_forever", _running(self)),
                (loops, "create_task", _creating(self)),
            ):
                self._hooks.enter_context(patched(owner, name, value))
            self._hooks.enter_context(_patched_handles(self))
            self._begin_inside()
            try:
                yield
            finally:
                self.stop()

    def stop(self) -> None:
        """Note nothing from now on, but how the step ends that runs."""
        if self.stopped is None:
            self.note_pending()
            self.stopped = self.now(), self.steps
            self._hooks.close()

    def finish_step(self) -> None:
        """End the step that runs, for a record that cannot wait for it."""
        if self._opened is not None:
            self.close(STILL_RUNNING)
        elif self.current >= 0:
            frame = sys._getframe()
            while frame.f_code.co_qualname != _STEP:
                assert frame.f_back is not None
                frame = frame.f_back
            own = frame.f_locals
            handle = own["self"]
            self._append(own["life"], handle._cause, STILL_RUNNING, handle._ready_at)
            self.current = ~self.steps

    def here(self) -> bool:
        """Whether what the caller does is to be recorded."""
        return self.stopped is None and threading.get_ident() == self._thread

    def new_life(self, kind: Kind, name: str, function: str, cause: int | None = None) -> Life:
        """Return a new life; left out, its cause is what runs now."""
        life = Life(len(self.lives), kind, name, function, self.current if cause is None else cause)
        self.lives.append(life)
        return life

    def relay(self, waker: int | None) -> int:
        """Return a cause: on behalf of a life, or of nobody."""
        self.relays.append(Relay(waker, self.steps))
        return RELAYED - len(self.relays) + 1

    def waker(self, cause: int) -> int | None:
        """Return the number of the life that a cause goes back to; None for nobody."""
        if cause <= RELAYED:
            return self.relays[RELAYED - cause].waker
        if 0 <= cause < len(self.log) // ROW.size:
            life: int = ROW.unpack_from(self.log, cause * ROW.size)[0]
            return life
        return None

    # Tasks

    def life_of(self, task: Any) -> int | None:
        """Return the number of the life of `task`; None where it is not recorded."""
        return self.by_task.get(id(task))

    def lives_of(self, tasks: Iterable[Any]) -> list[int]:
        """Return the numbers of the lives of tasks, in the order in which they came to run."""
        self.note_pending()  # who has not run yet is met there
        numbers = {self.life_of(task) for task in tasks}
        return sorted(number for number in numbers if number is not None)

    def meet(self, task: Any, cause: int, loop: asyncio.AbstractEventLoop) -> int | None:
        """Return the number of the life of a task that is new; None where it is not recorded.

        Args:
            task: any object; what is not a task is not recorded.
            cause: what made it ready for the first time.
            loop: whose task it is.
        """
        if not isinstance(task, _TASKS) or not self.here():
            return None
        if self.root is not None and RELAYED < cause < 0:
            return None  # nobody of ours has started it
        coroutine: Any = task.get_coro()
        function = getattr(coroutine, "__qualname__", type(coroutine).__name__)
        # asyncio numbers unnamed tasks through the whole process: Task-93. A record must
        # not depend on what ran before it.
        self._tasks += 1
        name = task.get_name()
        name = f"Task-{self._tasks}" if is_default(name) else name
        life = self.new_life("task", name, function, cause)
        life.code = getattr(coroutine, "cr_code", None)
        life.hidden = function in _PLUMBING
        number = id(task)
        # Weak: a recording must not keep alive a task that the program has lost.
        life.task = weakref.ref(task, lambda _: self._forget(number))
        self.by_task[number] = life.id
        self._loops.add(loop)
        return life.id

    def _forget(self, number: int) -> None:
        life = self.by_task.pop(number, None)
        if life is not None:
            self._destroyed[number] = life

    def life_in(self, context: dict[str, Any]) -> Life | None:
        """Return the life of the task that a loop's exception handler was told of."""
        task = context.get("task") or context.get("future")
        life = self.by_task.get(id(task), self._destroyed.get(id(task)))
        return None if life is None else self.lives[life]

    @property
    def opened(self) -> Life | None:
        """Whose step runs now, where `open` began it."""
        return None if self._opened is None else self._opened[0]

    @property
    def running(self) -> Life | None:
        """Whose step runs now."""
        if self._opened is not None:
            return self._opened[0]
        if asyncio._get_running_loop() is None:
            return None
        life = self.life_of(asyncio.current_task())
        return None if life is None else self.lives[life]

    def task_ended(self, life: int, task: Any) -> None:
        """Note how a task ended."""
        record = self.lives[life]
        _ = record.label  # it may be gone when the record is made
        if task.cancelled():
            record.outcome = "cancelled"
            return
        # Not task.exception(): that would hide "exception was never retrieved".
        error = task._exception
        record.outcome = "raised" if error else "returned"
        record.error = describe_exception(error, last_line(error)) if error else None

    def _begin_inside(self) -> None:
        """Begin with the task that runs already, where one does."""
        loop = asyncio._get_running_loop()
        task = asyncio.current_task() if loop is not None else None
        if task is None or loop is None:
            return
        number = self.meet(task, self.current, loop)
        assert number is not None
        self.root = self.lives[number]
        self.open(self.root, self.current)
        # All that runs from now on stands behind this in the loop's queue.
        loop.call_soon(self._suspend_root, task)

    def _suspend_root(self, task: Any) -> None:
        if self._opened is not None and self.here():
            self.close(self.suspensions.number(task))

    def note_pending(self) -> None:
        """Note who is ready now and has not run."""
        self.pending.clear()
        for loop in list(self._loops):
            for handle in list(getattr(loop, "_ready", ())):
                cause = getattr(handle, "_cause", None)
                task = getattr(handle._callback, "__self__", None)
                if cause is None or handle._cancelled:
                    continue
                life = self.by_task.get(id(task))
                if life is None:
                    life = self.meet(task, cause, loop)
                if life is not None:
                    self.pending[life] = Pending(handle._ready_at, cause)

    def _holder(self, lock: object) -> int | None:
        return self.holders.get(id(lock))

    # Steps that are not a handle's: those of generators, of plain programs, of a cell

    def open(self, life: Life, cause: int) -> None:
        """Begin a step of `life`, which `cause` made run."""
        self.current = self.steps
        self.steps += 1
        self._opened = life, cause, self.now()

    def close(self, end: int) -> Life:
        """End the step that runs, and return whose it was.

        Args:
            end: `ENDED`, `STILL_RUNNING`, or the number of what it waits for in `suspensions`.
        """
        assert self._opened is not None
        life, cause, start = self._opened
        self._append(life.id, cause, end, start)
        self._opened = None
        self.current = ~self.steps
        return life

    def take_back(self) -> None:
        """Forget the step that runs, and open the one before it again: nothing happened."""
        self.steps -= 1
        self.current -= 1
        offset = self.current * ROW.size
        if offset < len(self.log):
            life, cause, _, start, _ = ROW.unpack_from(self.log, offset)
            del self.log[offset:]
            self._opened = self.lives[life], cause, start

    def _append(self, life: int, cause: int, end: int, ready: float) -> None:
        """Note the step that runs, which ends now, and those that follow it."""
        if self.current < self.limit:
            self.log += ROW.pack(life, cause, end, ready, self.now())
            self.flush()
        elif self.cut is None:
            self.cut = self.now(), self.current

    def flush(self) -> None:
        """Note the steps that were put aside."""
        for row in self.aside:
            self.log += row
        self.aside.clear()


# What asyncio.run does when the program has ended.
_PLUMBING = ("BaseEventLoop.shutdown_asyncgens", "BaseEventLoop.shutdown_default_executor")


# Hooks


@contextmanager
def patched(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Set an attribute in the with block; a recording that ends twice puts it back once."""
    missing = object()
    before = vars(owner).get(name, missing)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is missing:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


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
        if recorder.on_unhandled is not None and recorder.here():
            recorder.on_unhandled(context)
        original(loop, context)

    return call_exception_handler


def _running(recorder: Recorder) -> Callable[..., None]:
    """Return `run_forever`, during which whoever calls it waits."""
    original = asyncio.BaseEventLoop.run_forever

    def run_forever(loop: asyncio.BaseEventLoop) -> None:
        if recorder._opened is None or not recorder.here():
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
    handle, timer = _handles(recorder)
    with (
        patched(asyncio.events, "Handle", handle),
        patched(asyncio.events, "TimerHandle", timer),
    ):
        try:
            yield
        finally:
            # Some are still in a loop's queue; they run as asyncio's own from now on.
            del handle.__init__, handle._run, timer.__init__, timer._run


# What a task is run by, where that is not a type of its own: in C, and in Python
_STEPS = {"task_wakeup", "__step", "__wakeup"}

_SLOTS = ("_cause", "_ready_at")

# asyncio's own, also inside another recording
_Handle: Any = asyncio.events.Handle
_TimerHandle: Any = asyncio.events.TimerHandle


def _handles(recorder: Recorder) -> tuple[Any, Any]:
    """Return the classes of handles that tell `recorder` what happens.

    This is what a recording costs at each step, so it is written to run fast: the base's
    methods are written out, and what is used often has a local name.
    """
    now, limit, log = recorder.now, recorder.limit, recorder.log
    life_of, pack = recorder.by_task.get, ROW.pack
    number_of_suspension, sleep = recorder.suspensions.number, _SLEEP
    cancellations = recorder.cancellations
    builtin, method = types.BuiltinMethodType, types.MethodType

    class RecordedHandle(_Handle):  # type: ignore[misc]  # Any, see above
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

        def _run(self) -> None:
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
                recorder._append(life, self._cause, end, self._ready_at)
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

    class RecordedTimerHandle(_TimerHandle):  # type: ignore[misc]  # Any, see above
        __slots__ = ("_cause",)

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self._cause = recorder.current

        def _run(self) -> None:
            _run_callback(recorder, self, timer=True)

    return RecordedHandle, RecordedTimerHandle


def _run_callback(recorder: Recorder, handle: Any, timer: bool = False) -> None:
    """Run a handle that is no task's step: what it wakes, whoever asked for it woke."""
    if recorder.current >= 0 or not recorder.here():
        _Handle._run(handle)
        return
    if handle._cause >= 0 or handle._cause <= RELAYED:
        recorder.current = recorder.relay(None if timer else recorder.waker(handle._cause))
    start = recorder.now()
    _Handle._run(handle)
    stop = recorder.now()
    if stop - start > LONG:
        recorder.freed[recorder.steps] = stop
    recorder.current = ~recorder.steps


def _run_unnoted(recorder: Recorder, handle: Any, life: int, task: Any) -> None:
    """Run a step inside another one, or one too many to be noted."""
    if recorder._opened is not None and recorder.here():
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
