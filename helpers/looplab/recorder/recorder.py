"""Who ran, who waited for what, who woke whom: a recording of one program.

A recorder only notes (`looplab.recorder.notes` says what): `looplab.recorder.handles` tells it
what happens, and `looplab.recorder.lives` makes the record out of the notes.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.tasks
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from looplab.recorder.asking import TASKS, asked, tell_of_lies
from looplab.recorder.notes import (
    ENDED,
    MAX_STEPS,
    RELAYED,
    ROW,
    STILL_RUNNING,
    TIMED,
    Kind,
    Life,
    Pending,
    Relay,
    ThreadNotes,
    Tick,
    is_default,
)
from looplab.recorder.remarks import MOST
from looplab.recorder.waiting import Suspensions, is_of_student, last_line
from looplab.runs.failures import describe_exception

_STEP = "_handles.<locals>.RecordedHandle._run"
"""What runs a step, in `looplab.recorder.handles`."""


class Recorder:
    """Records the tasks of one thread, and where asked its generators.

    Args:
        now: says what time it is, in seconds; the record counts them from now.
        program: the name of what is recorded.
        limit: how many steps are noted at most; they take 32 bytes each.
    """

    __slots__ = (
        "_destroyed",
        "_loops",
        "_opened",
        "_tasks",
        "_thread",
        "aside",
        "by_task",
        "callbacks",
        "cancellations",
        "current",
        "cut",
        "freed",
        "holders",
        "hooks",
        "limit",
        "lives",
        "log",
        "now",
        "on_ended",
        "on_unhandled",
        "origin",
        "pending",
        "program",
        "relays",
        "remarks",
        "root",
        "steps",
        "stopped",
        "suspensions",
        "threads",
        "ticks",
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
        self.remarks: dict[int, str] = {}
        """What is said of these steps besides; see `looplab.recorder.remarks`."""
        self.callbacks = 0
        """How many callbacks of the program's own have run."""
        self.ticks: list[Tick] = []
        """The first of them and of the timers, as many as there may be steps in the notes."""
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
        self.on_ended: Callable[[Any], None] | None = None
        """Told of each task, as it ends."""
        self.suspensions = Suspensions(self.life_of, self._holder)
        self._opened: tuple[Life, int, float] | None = None
        self.by_task: dict[int, int] = {}
        self._destroyed: dict[int, int] = {}
        self.holders: dict[int, int] = {}
        self.root: Life | None = None
        """The task inside which the recording began, where it did."""
        self._thread = threading.get_ident()
        self._loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        self.hooks = ExitStack()
        self._tasks = 0

    # What is recorded

    def stop(self) -> None:
        """Note nothing from now on, but how the step ends that runs."""
        if self.stopped is None:
            self.note_pending()
            self.stopped = self.now(), self.steps
            self.hooks.close()

    def settle(self) -> None:
        """Let nothing change any more that the record is made of: it may be made much later."""
        for life in self.lives:
            life.look_at_name()
            life.task = None

    def finish_step(self) -> None:
        """End the step that runs, for a record that cannot wait for it."""
        if self._opened is not None:
            self.close(STILL_RUNNING)
        elif self.current >= 0:
            frame: types.FrameType | None = sys._getframe()
            while frame is not None and frame.f_code.co_qualname != _STEP:
                frame = frame.f_back
            if frame is not None:
                handle, life = frame.f_locals["self"], frame.f_locals["life"]
                self.append(life, handle._cause, STILL_RUNNING, handle._ready_at)
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

    def remark(self, text: str, step: int | None = None) -> None:
        """Say something of a step; left out, of the one that runs, where one does."""
        step = self.current if step is None else step
        if 0 <= step < MOST and self.here():
            self.remarks[step] = text

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
        if not isinstance(task, TASKS) or not self.here():
            return None
        if self.root is not None and TIMED < cause < 0:
            return None  # nobody of ours has started it
        coroutine: Any = task.get_coro()
        function = getattr(coroutine, "__qualname__", type(coroutine).__name__)
        if function in PLUMBING or (self.root is not None and _is_kernels(coroutine)):
            return None
        # asyncio numbers unnamed tasks through the whole process: Task-93. A record must
        # not depend on what ran before it.
        self._tasks += 1
        name = task.get_name()
        name = f"Task-{self._tasks}" if is_default(name) else name
        life = self.new_life("task", name, function, cause)
        life.code = getattr(coroutine, "cr_code", None)
        number = id(task)
        # Weak: a recording must not keep alive a task that the program has lost.
        life.task = weakref.ref(task, lambda _: self._forget(number))
        self.by_task[number] = life.id
        self.suspensions.met(task, life.id)
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
        record.look_at_name()  # it may be gone when the record is made
        # Not task.exception(): that would hide "exception was never retrieved".
        cancelled = asked(task, "cancelled")
        error = None if cancelled else asked(task, "_exception")
        record.outcome = "cancelled" if cancelled else "raised" if error else "returned"
        record.error = describe_exception(error, last_line(error), last_line) if error else None
        tell_of_lies(task)
        if self.on_ended is not None:
            self.on_ended(task)

    def begin_with(self, task: Any, loop: asyncio.AbstractEventLoop, function: str) -> None:
        """Begin with a task that is ready, and that is said to run that function."""
        number = self.meet(task, self.current, loop)
        if number is not None:
            self.lives[number].function = function

    def begin_inside(self) -> None:
        """Begin with the task that runs already, where one does."""
        loop = asyncio._get_running_loop()
        task = asyncio.current_task() if loop is not None else None
        if task is None or loop is None:
            return
        number = self.meet(task, self.current, loop)
        assert number is not None
        self.root = self.lives[number]
        if self.root.code is None or not is_of_student(self.root.code.co_filename):
            self.root.function = self.program  # a cell, in a task of the notebook's
        self.open(self.root, self.current)
        # First of all that runs when the task waits, what was in the loop's queue included.
        queue: Any = loop._ready  # type: ignore[attr-defined]  # asyncio has no public name for it
        queue.appendleft(asyncio.Handle(self._suspend_root, (task,), loop))

    def _suspend_root(self, task: Any) -> None:
        if self._opened is None or not self.here():
            return
        if task.done():
            self.task_ended(self._opened[0].id, task)
            self.close(ENDED)
        else:
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
        self.append(life.id, cause, end, start)
        self._opened = None
        self.current = ~self.steps
        return life

    def take_back(self) -> int:
        """Forget the step that runs, and open the one before it again: nothing happened.

        Returns:
            How that one had ended.
        """
        self.remarks.pop(self.current, None)
        self.steps -= 1
        self.current -= 1
        offset = self.current * ROW.size
        if offset >= len(self.log):
            return STILL_RUNNING
        life, cause, end, start, _ = ROW.unpack_from(self.log, offset)
        del self.log[offset:]
        self._opened = self.lives[life], cause, start
        return int(end)

    def append(self, life: int, cause: int, end: int, ready: float) -> None:
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
PLUMBING = ("BaseEventLoop.shutdown_asyncgens", "BaseEventLoop.shutdown_default_executor")


def _is_kernels(coroutine: Any) -> bool:
    """Whether a notebook's kernel runs it: a cell that prints makes the kernel look for news."""
    frame = getattr(coroutine, "cr_frame", None)
    name = "" if frame is None else str(frame.f_globals.get("__name__"))
    return name.partition(".")[0] == "ipykernel"
