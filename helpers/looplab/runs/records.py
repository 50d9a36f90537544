"""What a `Run` is made of: lives and their spans, calls, waits, and what was lost.

Times are seconds on the clock of the run, counted from its start; steps number the turns in
which one task or generator ran, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from looplab.runs.failures import Failure
from looplab.runs.wire import Value


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a life, in one state.

    Attributes:
        state: `ready` (it could run, something else did), `running`, or `waiting`.
        start: when it begins, in seconds.
        stop: when it ends, in seconds.
        first: the first step that it covers.
        last: the step after the last that it covers.
        reason: what it waits for: `sleep(2)`, `Queue.get`, `task fetch-1`, `yield 3`; `cancelled`
            where it is ready because it was cancelled; what it runs with, where that is known:
            `send('hello')`, `throw(ValueError)`, `close()`, `got 100`; else empty.
        line: the line of the program that waits or runs on, where known.
        woken_by: the id of the life that made it ready; None for a timer or input.
        held_by: the id of the life that held the lock it waits for when the wait began, where
            known. The lock may be handed on meanwhile: who has let it go last has woken it.
        inside: where it waits in a coroutine that it awaits, the functions down to there, each
            awaited by the one before: `middle > inner`. Else empty.
    """

    state: Literal["ready", "running", "waiting"]
    start: float
    stop: float
    first: int
    last: int
    reason: str = ""
    line: int | None = None
    woken_by: int | None = None
    held_by: int | None = None
    inside: str = ""


@dataclass(frozen=True)
class TaskLife:
    """The life of one task, generator or thread, or of a plain program.

    Attributes:
        id: its number, from 0, in the order in which they came to run.
        kind: `task`, `generator`, `thread` (one that the program started, or a call that an
            executor runs), or `program` (a plain function that was observed).
        name: the task's name, the generator's function, or the thread's name.
        function: the qualified name of its coroutine, generator or function.
        created_by: the id of the life that created it; None for the first.
        cancelled_by: the id of the life that cancelled it, where it was cancelled and one is
            known to have done it; None for a timer, such as `asyncio.timeout` sets.
        outcome: how it ended; `pending` where it had not when the program ended.
        error: what it raised, where it did.
        spans: what it did, in order, without gaps or overlaps.
        returned: what it returned, in some letters, where it is a generator and that is not None.
    """

    id: int
    kind: Literal["task", "generator", "thread", "program"]
    name: str
    function: str
    created_by: int | None
    cancelled_by: int | None
    outcome: Literal["returned", "raised", "cancelled", "closed", "pending"]
    error: Failure | None
    spans: tuple[Span, ...]
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """One turn of the loop in which a plain function of the program's ran, and no task.

    So is the turn of a timer that only wakes or cancels somebody: a time limit, or a method of
    asyncio's that the program handed to `call_later`. It does not count into `Run.callbacks`.

    Attributes:
        name: the qualified name of the function; `time limit` where one of asyncio's is over.
        timer: whether it ran because it was time to, after `call_later` for example.
        asked_by: the id of the life that asked the loop for it, where one did and is known.
        start: when it began, in seconds.
        stop: when it ended, in seconds.
        step: how many steps had begun by then.
        counts: whether it is a function of the program's, and counts into `Run.callbacks`.
    """

    name: str
    timer: bool
    asked_by: int | None
    start: float
    stop: float
    step: int
    counts: bool


@dataclass(frozen=True)
class Call:
    """One use of a service that the test owns: a job started, an item taken.

    Attributes:
        service: its name, such as `jobs` or `gens[1]`.
        method: what was asked of it: `call`, `next`, `close`.
        arguments: what it was asked with.
        start: seconds.
        stop: seconds; None where it had not ended when the program did.
        outcome: how it ended; `cut short` where it was cancelled a second time, in its clean-up.
    """

    service: str
    method: str
    arguments: tuple[Value, ...]
    start: float
    stop: float | None
    outcome: Literal["returned", "raised", "exhausted", "cancelled", "cut short", "pending"]


@dataclass(frozen=True)
class Wait:
    """Who waits for what.

    Attributes:
        task: the name of the task.
        reason: what it waits for, as in `Span.reason`.
        line: the line of the program at which it waits, where known.
        held_by: the name of the task that holds the lock it waits for, where known.
    """

    task: str
    reason: str
    line: int | None = None
    held_by: str | None = None


@dataclass(frozen=True)
class Lost:
    """What the program made and nobody looked after.

    Attributes:
        kind: `exception` (a task raised it and nobody asked the task for its result),
            `coroutine` (it was never awaited), or `task` (nothing referred to it any more,
            and it was destroyed while it waited).
        name: the name of the task, or of the coroutine's function.
        text: the exception; what the task waited for; else empty.
        line: where the exception was raised, where the task waited, or where the coroutine
            was made, where known.
    """

    kind: Literal["exception", "coroutine", "task"]
    name: str
    text: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Blocking:
    """A stretch in which one task held up the whole loop.

    On a virtual clock that is a `time.sleep`, on the real one any step of 0.1 s or more.

    Attributes:
        task: the name of the task that did it; `a callback` where it was none's step.
        start: seconds.
        seconds: for how long.
        line: the line of the program.
    """

    task: str
    start: float
    seconds: float
    line: int | None = None
