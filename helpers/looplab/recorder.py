"""Who ran, who waited for what, who woke whom: a recording of one program.

Tasks are recorded at the level of `asyncio.Handle`, the loop's note that something is
to be run: while a `Recorder` is at work, `asyncio.events.Handle` is a subclass that
tells it when a note was made, by whom, and when it ran. The tasks, the coroutines and
the loop stay as they are, so what `repr`, `get_coro` and a traceback say stays true.

A recorder only notes. `Recorder.lives` makes the record out of the notes.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import re
import sysconfig
import threading
import types
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from looplab.run import Span, TaskLife, Wait
from looplab.wire import Failure, describe_exception

HERE = str(Path(__file__).parent)
_ASYNCIO = str(Path(asyncio.__file__).parent)
_STDLIB = sysconfig.get_path("stdlib")

MAX_STEPS = 3_000
"""Steps are counted for ever; what happens in them is noted up to this one."""

Outcome = Literal["returned", "raised", "cancelled", "closed", "pending"]
State = Literal["ready", "running", "waiting"]


_tests: set[str] = set()


def is_test(filename: str) -> None:
    """Note that the code of that file is a test's: no line of it is the program's."""
    _tests.add(filename)


def is_program(filename: str) -> bool:
    """Whether code of that file is the program's own: not Python's, not ours, not a test's."""
    return filename not in _tests and _is_foreign(filename)


@cache
def _is_foreign(filename: str) -> bool:
    if filename.startswith(("<frozen", HERE)):
        return False
    site = "site-packages" in filename or "dist-packages" in filename
    return site or not filename.startswith(_STDLIB)


def _is_default(name: str) -> bool:
    return re.fullmatch(r"Task-\d+", name) is not None


@dataclass(slots=True)
class Mark:
    """From here on a life is in this state."""

    state: State
    time: float
    step: int
    reason: str = ""
    line: int | None = None
    woken_by: int | None = None


@dataclass(slots=True)
class Life:
    """What is noted of a task, a generator or a plain program. `TaskLife` is the record of it."""

    id: int
    kind: Literal["task", "generator", "program"]
    name: str
    function: str
    created_by: int | None
    outcome: Outcome = "pending"
    error: Failure | None = None
    marks: list[Mark] = field(default_factory=list)
    ended: tuple[float, int] | None = None
    raw_name: str = ""
    """The task's name when it was last looked at."""

    @property
    def label(self) -> str:
        """Its name where the program gave it one; else what it runs."""
        return self.function if _is_default(self.name) else self.name

    def is_in(self, state: State) -> bool:
        """Whether it is in `state` now."""
        return bool(self.marks) and self.marks[-1].state == state and self.ended is None

    def end(self, now: float, step: int, outcome: Outcome, error: Failure | None) -> None:
        """Note how and when it ended."""
        self.ended, self.outcome, self.error = (now, step), outcome, error

    def record(self, now: float, step: int) -> TaskLife:
        """Return its record, up to now."""
        stop, last = min(self.ended or (now, step), (now, step))
        spans = []
        for mark, after in zip(self.marks, [*self.marks[1:], None], strict=True):
            until = (after.time, after.step) if after else (stop, last)
            spans.append(
                Span(
                    state=mark.state,
                    start=mark.time,
                    stop=until[0],
                    first=mark.step,
                    last=max(mark.step, until[1]),
                    reason=mark.reason,
                    line=mark.line,
                    woken_by=mark.woken_by,
                )
            )
        return TaskLife(
            id=self.id,
            kind=self.kind,
            name=self.name,
            function=self.function,
            created_by=self.created_by,
            outcome=self.outcome,
            error=self.error,
            spans=tuple(spans),
        )


class Recorder:
    """Records the tasks, and where asked the generators, of one thread.

    Args:
        now: says what time it is, in seconds.
        program: the name of what is observed; the first life bears it.

    >>> recorder = Recorder(lambda: 0.0, "main")
    >>> with recorder.tasks():
    ...     asyncio.run(asyncio.sleep(0))
    >>> recorder.lives()[0].outcome
    'returned'
    """

    def __init__(self, now: Callable[[], float], program: str) -> None:
        self.steps = 0
        self.cut: tuple[float, int] | None = None
        """When, in seconds and steps, the record stopped, where there were too many steps."""
        self._now = now
        self._program = program
        self._lives: list[Life] = []
        self._by_task: dict[int, tuple[Life, weakref.ref[Any]]] = {}
        self._running: Life | None = None
        self._thread = threading.get_ident()
        self.paused = False
        self._tasks = 0

    # Tasks

    def tasks(self) -> _Recording:
        """Return a context in which this thread's tasks are recorded."""
        return _Recording(self)

    def here(self) -> bool:
        """Whether the caller is to be recorded."""
        return threading.get_ident() == self._thread and not self.paused

    def life_of(self, task: asyncio.Task[Any]) -> Life:
        """Return the life of `task`; a new one where it was not known yet."""
        known = self._by_task.get(id(task))
        if known is not None:
            life = known[0]
            # Up to 3.12 a task gets its name after the loop has heard of it.
            if (name := task.get_name()) is not life.raw_name:
                life.raw_name = name
                if not _is_default(name):
                    life.name = name
            return life
        coroutine = task.get_coro()
        function = getattr(coroutine, "__qualname__", type(coroutine).__name__)
        # asyncio numbers unnamed tasks through the whole process: Task-93. A record must
        # not depend on what ran before it.
        self._tasks += 1
        life = self._new("task", f"Task-{self._tasks}", function)
        number = id(task)
        # Weak: a recording must not keep alive a task that the program has lost.
        self._by_task[number] = (life, weakref.ref(task, lambda _: self._by_task.pop(number, None)))
        return life

    def made_ready(self, task: asyncio.Task[Any]) -> None:
        """Note that `task` will run, and who saw to it."""
        waker = self._running
        life = self.life_of(task)
        if life.is_in("ready"):
            return
        by = waker.id if waker is not None and waker is not life else None
        self._mark(life, Mark("ready", self._now(), self.steps, woken_by=by))

    def step_begins(self, task: asyncio.Task[Any]) -> None:
        """Note that `task` runs from now on."""
        life = self.life_of(task)
        self._running = life
        # It goes on at the line at which it was suspended.
        line = next((mark.line for mark in reversed(life.marks[-2:]) if mark.line), None)
        self._mark(life, Mark("running", self._now(), self.steps, line=line))
        self.steps += 1

    def step_ends(self, task: asyncio.Task[Any]) -> None:
        """Note how the step of `task` ended: done, or waiting for what."""
        life = self.life_of(task)
        self._running = None
        now = self._now()
        if not task.done():
            reason, line = self._suspension(task)
            if life.is_in("ready"):  # it gave way, and is to run again
                life.marks[-1].reason, life.marks[-1].line = reason, line
                return
            self._mark(life, Mark("waiting", now, self.steps, reason, line))
            return
        if task.cancelled():
            life.end(now, self.steps, "cancelled", None)
            return
        # Not task.exception(): that would hide "exception was never retrieved".
        error = task._exception
        failure = describe_exception(error, error_line(error)) if error else None
        life.end(now, self.steps, "raised" if error else "returned", failure)

    def callback(self, maker: Life | None) -> None:
        """Note that a callback runs on behalf of `maker`: what it wakes, `maker` woke."""
        self._running = maker

    @property
    def running(self) -> Life | None:
        """Who runs now."""
        return self._running

    # Generators and plain programs: one runs, the others wait for it

    def program_begins(self) -> None:
        """Note that the program itself, a plain function, runs."""
        self._resume(self._new("program", self._program, self._program), None)

    def program_ends(self, outcome: Outcome, error: Failure | None) -> None:
        """Note how the program itself ended."""
        self._lives[0].end(self._now(), self.steps, outcome, error)
        self._running = None

    def generator_made(self, name: str, function: str) -> Life:
        """Return the life of a generator that is about to run for the first time."""
        return self._new("generator", name, function)

    def generator_resumed(self, life: Life) -> Life | None:
        """Note that a generator runs, and return who resumed it."""
        caller = self._running
        if caller is not None:
            self._mark(caller, Mark("waiting", self._now(), self.steps, f"generator {life.name}"))
        self._resume(life, caller)
        return caller

    def generator_yielded(self, life: Life, caller: Life | None, line: int | None) -> None:
        """Note that a generator yielded, and that its caller goes on."""
        self._mark(life, Mark("waiting", self._now(), self.steps, "yield", line))
        self._hand_back(caller)

    def generator_ended(
        self, life: Life, caller: Life | None, outcome: Outcome, error: Failure | None
    ) -> None:
        """Note that a generator ended, and that its caller goes on."""
        life.end(self._now(), self.steps, outcome, error)
        self._hand_back(caller)

    def generator_closed(self, life: Life) -> None:
        """Note that a generator was closed, and that it had nothing to run for it."""
        life.end(self._now(), self.steps, "closed", None)

    def take_back(self, life: Life, caller: Life | None) -> None:
        """Forget the last resumption: nothing of the generator ran."""
        for each in (life, caller):
            if each is not None and each.marks:
                each.marks.pop()
        self.steps -= 1
        self._running = caller

    def _hand_back(self, caller: Life | None) -> None:
        self._running = None
        if caller is not None and caller.ended is None:
            self._resume(caller, None)

    def _resume(self, life: Life, by: Life | None) -> None:
        waker = by.id if by else None
        self._mark(life, Mark("running", self._now(), self.steps, woken_by=waker))
        self.steps += 1
        self._running = life

    # The record

    def pause(self) -> None:
        """Note nothing from now on."""
        self.paused = True

    def lives(self) -> tuple[TaskLife, ...]:
        """Return the record so far."""
        last = self.cut or (self._now(), self.steps)
        lives = [life for life in self._lives if life.function not in _PLUMBING]
        return tuple(life.record(*last) for life in lives)

    def waits(self, tasks: set[asyncio.Task[Any]]) -> tuple[Wait, ...]:
        """Return what each of `tasks` waits for, now, in the order of creation."""
        lives = sorted((self.life_of(task) for task in tasks), key=lambda life: life.id)
        return tuple(_wait(life) for life in lives)

    def _suspension(self, task: asyncio.Task[Any]) -> tuple[str, int | None]:
        """Return what a suspended task waits for, and at which line of the program."""
        frames = _frames(task)
        line = _last_line(frames)
        future: Any = task._fut_waiter  # type: ignore[attr-defined]  # what it waits for
        if isinstance(future, asyncio.Task):
            return f"task {self.life_of(future).label}", line
        return _reason(future, frames), line

    def _mark(self, life: Life, mark: Mark) -> None:
        # A program that never stops must not fill the memory with its record.
        if mark.step < MAX_STEPS:
            life.marks.append(mark)
        elif self.cut is None:
            self.cut = (mark.time, mark.step)

    def _new(self, kind: Literal["task", "generator", "program"], name: str, fn: str) -> Life:
        creator = self._running.id if self._running else None
        life = Life(len(self._lives), kind, name, fn, creator)
        self._lives.append(life)
        return life


def _wait(life: Life) -> Wait:
    if not life.marks or life.marks[-1].state == "ready":
        return Wait(life.label, "its first turn" if len(life.marks) < 2 else "its next turn")
    return Wait(life.label, life.marks[-1].reason, life.marks[-1].line)


class _Recording:
    """While it is entered, `asyncio.events.Handle` tells a recorder what happens."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __enter__(self) -> None:
        self._handle = asyncio.events.Handle
        asyncio.events.Handle = _recording_handle(self._recorder)  # type: ignore[misc]

    def __exit__(self, *_: object) -> None:
        asyncio.events.Handle = self._handle  # type: ignore[misc]


def _recording_handle(recorder: Recorder) -> type[asyncio.Handle]:
    class RecordedHandle(asyncio.events.Handle):
        __slots__ = ("_maker",)

        def __init__(self, callback: Any, args: Any, loop: Any, context: Any = None) -> None:
            super().__init__(callback, args, loop, context)
            self._maker: Life | None = None
            if recorder.here():
                self._maker = recorder.running
                task = getattr(callback, "__self__", None)
                if isinstance(task, asyncio.Task):
                    recorder.made_ready(task)

        def _run(self) -> None:
            if not recorder.here():
                super()._run()
                return
            task = getattr(self._callback, "__self__", None)  # type: ignore[attr-defined]
            if isinstance(task, asyncio.Task) and not task.done():
                recorder.step_begins(task)
                super()._run()
                recorder.step_ends(task)
            else:
                recorder.callback(self._maker)
                super()._run()
                recorder.callback(None)

    return RecordedHandle


# What asyncio.run does when the program has ended.
_PLUMBING = ("BaseEventLoop.shutdown_asyncgens", "BaseEventLoop.shutdown_default_executor")


# Reading a suspended task


def _frames(task: asyncio.Task[Any]) -> list[types.FrameType]:
    """Return the frames of a suspended task, outermost first."""
    frames = []
    awaited: Any = task.get_coro()
    while isinstance(awaited, types.CoroutineType):
        if awaited.cr_frame is not None:
            frames.append(awaited.cr_frame)
        awaited = awaited.cr_await
    return frames


def _last_line(frames: list[types.FrameType]) -> int | None:
    """Return the innermost line of the program in some frames, where there is one."""
    for frame in reversed(frames):
        if is_program(frame.f_code.co_filename):
            return frame.f_lineno
    return None


_PLAINER = {"_wait": "wait", "TaskGroup.__aexit__": "TaskGroup"}


def _reason(future: Any, frames: list[types.FrameType]) -> str:
    """Return what a task that is suspended on `future` waits for, in the library's words."""
    if future is None:
        return "sleep(0)"
    if type(future).__name__ == "_GatheringFuture":
        return f"gather of {len(future._children)}"
    if not frames:
        return "a future"
    frame = frames[-1]
    name = frame.f_code.co_qualname
    if frame.f_code.co_filename.startswith(_ASYNCIO):
        if name == "sleep":
            return f"sleep({frame.f_locals.get('delay', 0):g})"
        return _PLAINER.get(name, name)
    if frame.f_code.co_filename.startswith(HERE) and frame.f_code.co_name == "job":
        return f"job({', '.join(map(repr, frame.f_locals['arguments']))})"
    return "a future"


def error_line(error: BaseException) -> int | None:
    """Return the last line of the program in the traceback of `error`, where there is one."""
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if is_program(traceback.tb_frame.f_code.co_filename):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
