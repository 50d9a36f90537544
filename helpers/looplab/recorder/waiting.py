"""What a suspended task waits for, and at which line of the program.

A task that is suspended stands on a chain of awaits: its coroutine awaits another, which
awaits another, down to a future or to a bare yield. The last frame of the *program* in
the chain has the line. The library's function that it called there, `Queue.get` for
example, has the reason; without one, the future itself says what it is.

A recorder asks at every step, so `Suspensions` answers with the number of a `Suspension`
and keeps one for all the times that a task waits at the same place for the same thing.
Words are made from them when the record is.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import gc
import sys
import sysconfig
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from looplab.recorder.notes import is_default

HERE = str(Path(__file__).parents[1])
_ASYNCIO = str(Path(asyncio.__file__).parent)
_STDLIB = sysconfig.get_path("stdlib")

_tests: set[str] = set()


def is_test(filename: str) -> None:
    """Note that the code of that file is a test's: no line of it is the program's."""
    _tests.add(filename)


def is_of_test(filename: str) -> bool:
    """Whether `is_test` was told of that file."""
    return filename in _tests


def is_program(filename: str) -> bool:
    """Whether code of that file is the program's own: not Python's, not ours, not a test's."""
    return filename not in _tests and _is_foreign(filename)


@functools.cache
def _is_foreign(filename: str) -> bool:
    if filename.startswith(("<frozen", HERE)):
        return False
    site = "site-packages" in filename or "dist-packages" in filename
    return site or not filename.startswith(_STDLIB)


@functools.cache
def is_of_student(filename: object) -> bool:
    """Whether a module of that file is neither Python's, nor ours, nor an installed package's."""
    if not isinstance(filename, str) or not is_program(filename):
        return False
    return "site-packages" not in filename and "dist-packages" not in filename


class Suspension(NamedTuple):
    """Where a task is suspended, and on what.

    Attributes:
        reason: what it waits for, in the library's words; for a task, its life's number.
        code: the code of the program's innermost frame; None where there is none.
        lasti: the instruction at which that frame stands, as `frame.f_lasti`.
        holder: the number of the life that holds what is waited for, a lock for example.
        inside: the functions between the task's own and that place; see `Span.inside`.
    """

    reason: str | int
    code: types.CodeType | None
    lasti: int
    holder: int | None = None
    inside: str = ""

    @property
    def line(self) -> int | None:
        """The line of the program, where there is one."""
        return None if self.code is None else line_at(self.code, self.lasti)


@functools.cache
def _lines(code: types.CodeType) -> list[tuple[int, int, int | None]]:
    return list(code.co_lines())


def line_at(code: types.CodeType, lasti: int) -> int | None:
    """Return the line of the instruction at `lasti`, a `frame.f_lasti`, in `code`."""
    for start, stop, line in _lines(code):
        if start <= lasti < stop:
            return line
    return None


_PROGRAM, _LIBRARY, _WRAPPER = 1, 2, 3

# What these files define awaits nothing of the program's, and its name says all but who holds
# a lock.
_LEAF_FILES = {asyncio.locks.__file__, asyncio.queues.__file__}
_A_TASK = "another task"

_MOST_INSIDE = 4

# Who only calls what is worth naming.
_WRAPPERS = {"_ContextManagerMixin.__aenter__", "Future.__await__", "__sleep0"}

_Chain = list[tuple[types.CodeType, types.FrameType]]


class Suspensions:
    """The places at which the tasks of one recording were suspended.

    Args:
        life_of: gives the number of a task's life; None for a task that is not recorded.
        holder_of: gives the number of the life that holds a lock; None where that is unknown.
    """

    def __init__(
        self,
        life_of: Callable[[Any], int | None],
        holder_of: Callable[[Any], int | None],
    ) -> None:
        self.found: list[Suspension] = []
        self.on_threads: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        """What the threads do whose results these futures bring."""
        self._life_of, self._holder_of = life_of, holder_of
        self._numbers: dict[Any, int] = {}
        self._kinds: dict[int, int] = {}
        self._leaves: set[int] = set()
        self._expected: dict[int, list[tuple[int, Any]]] = {}
        self._codes: list[types.CodeType] = []  # kept, so that an identity stays theirs
        self.number = self._quickly()
        """Returns the number, in `found`, of the suspension at which a task stands."""

    def _quickly(self) -> Callable[[Any], int]:
        """Return `number`, with all that it needs at hand: it is asked at every step."""
        numbers, leaves, slowly = self._numbers, self._leaves, self._slowly
        coroutine_type = types.CoroutineType

        def number(task: Any) -> int:
            caller = task.get_coro()
            try:
                awaited = caller.cr_await
            except AttributeError:  # it is written with `yield from`
                return slowly(task)
            path: Any = None
            while type(awaited) is coroutine_type:
                code = id(awaited.cr_code)
                if code in leaves:
                    # The usual case: all that matters is where, and who came there.
                    place = (code, id(caller.cr_code), caller.cr_frame.f_lasti, path)
                    found = numbers.get(place)
                    if found is not None:
                        return found
                    return self._at_leaf(task, place, awaited.cr_code, caller)
                path = path, code
                caller, awaited = awaited, awaited.cr_await
            return slowly(task)

        return number

    def _at_leaf(self, task: Any, place: object, leaf: types.CodeType, caller: Any) -> int:
        """Return the number of a suspension in a function that calls nothing of the program."""
        code = caller.cr_code
        if self._kind(code) != _PROGRAM:
            return self._slowly(task)
        inside = self._inside(chain_of(task.get_coro()))
        lasti = caller.cr_frame.f_lasti
        return self._keep(place, Suspension(_plain_name(leaf), code, lasti, inside=inside))

    def _inside(self, chain: _Chain) -> str:
        """Return the program's functions in a chain of awaits, but for the task's own."""
        # Of all of them, for it keeps them; the outermost is what the task's lane is about.
        ours = [code for code, _ in chain if self._kind(code) == _PROGRAM][1:]
        names = [name for code in ours if (name := _name_in_chain(code))]
        return " > ".join(names if len(names) <= _MOST_INSIDE else ["…", *names[-_MOST_INSIDE:]])

    def at(self, reason: str, code: types.CodeType | None = None, lasti: int = -1) -> int:
        """Return the number, in `found`, of a suspension that is known already."""
        suspension = Suspension(reason, code, lasti)
        return self._keep(suspension, suspension)

    def _keep(self, key: Any, suspension: Suspension) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.found)
            self.found.append(suspension)
        return number

    def _kind(self, code: types.CodeType) -> int:
        kind = self._kinds.get(id(code))
        if kind is None:
            kind = self._kinds[id(code)] = _kind_of(code)
            self._codes.append(code)
            leaf = code.co_filename in _LEAF_FILES and code.co_qualname != "Lock.acquire"
            if leaf and kind == _LIBRARY:
                self._leaves.add(id(code))
        return kind

    def _in_detail(self, future: Any, chain: _Chain) -> Suspension:
        place: tuple[types.CodeType | None, int] = None, -1
        called, inside = None, self._inside(chain)
        for code, frame in chain:
            kind = self._kind(code)
            if kind == _PROGRAM:
                place, called = (code, frame.f_lasti), None
            elif called is None and kind != _WRAPPER:
                called = code, frame
        if called is not None:
            holder = None
            if called[0].co_qualname == "Lock.acquire":
                holder = self._holder_of(called[1].f_locals["self"])
            return Suspension(_called(*called), *place, holder, inside)
        if future is None:
            told = "sleep(0)" if chain[-1][0] in _SLEEPS_0 else "yield"
            return Suspension(told, *place, inside=inside)
        life = self._life_of(future)
        return Suspension(self._of(future) if life is None else life, *place, inside=inside)

    def _slowly(self, task: Any) -> int:
        future = task._fut_waiter
        suspension = self._in_detail(future, chain_of(task.get_coro()))
        if suspension.reason != _A_TASK:
            return self._keep(suspension, suspension)
        # It has not run yet, and has no number.
        key = (id(future), suspension)
        number = self._keep(key, suspension)
        self._expected.setdefault(id(future), []).append((number, key))
        return number

    def met(self, task: Any, life: int) -> None:
        """Say that `task`, for which others may wait already, has a life of that number."""
        for number, key in self._expected.pop(id(task), ()):
            self.found[number] = self.found[number]._replace(reason=life)
            self._numbers.pop(key, None)

    def _of(self, future: Any) -> str:
        if type(future).__name__ == "_GatheringFuture":
            return f"gather of {len(future._children)}"
        if isinstance(future, asyncio.Task):
            return _A_TASK
        return self.on_threads.get(future) or _shielded(future) or "a future"


def _shielded(future: Any) -> str:
    """Return what `asyncio.shield` made a future of; nothing where it did not."""
    for callback, *_ in future._callbacks or ():
        if type(callback) is types.FunctionType and callback.__code__ in _SHIELDS:
            cells = dict(
                zip(callback.__code__.co_freevars, callback.__closure__ or (), strict=True)
            )
            inner = cells["inner"].cell_contents
            return f"shield({_name_of_awaited(inner)})"
    return ""


def _name_of_awaited(future: Any) -> str:
    """Return the name of a task where the program gave it one; else what it runs."""
    if not isinstance(future, asyncio.Task):
        return "a future"
    name = future.get_name()
    return str(getattr(future.get_coro(), "__name__", name)) if is_default(name) else name


def _kind_of(code: types.CodeType) -> int:
    if is_program(code.co_filename):
        return _PROGRAM
    if code.co_qualname in _WRAPPERS or _is_ours(code, "main"):
        return _WRAPPER
    return _LIBRARY


def _is_ours(code: types.CodeType, name: str) -> bool:
    return code.co_name == name and code.co_filename.startswith(HERE)


def _called(code: types.CodeType, frame: types.FrameType) -> str:
    """Return what the program called, with the arguments that matter."""
    if code.co_qualname == "sleep":
        return f"sleep({frame.f_locals['delay']:g})"
    if code.co_qualname == "to_thread":
        return f"to_thread({name_of(frame.f_locals['func'])})"
    if _is_ours(code, "job"):
        return f"job({', '.join(map(repr, frame.f_locals['arguments']))})"
    if code.co_qualname.startswith("StoreStandIn.") and code.co_filename.startswith(HERE):
        given = map(repr, [frame.f_locals["value"]] if "value" in frame.f_locals else [])
        return f"{frame.f_locals['self']._name}.{code.co_name}({', '.join(given)})"
    return _plain_name(code)


def name_of(function: Any) -> str:
    """Return the name of a function, whatever it is wrapped in."""
    while isinstance(function, functools.partial):
        # asyncio.to_thread hands a thread `partial(context.run, function)`.
        wrapped = isinstance(getattr(function.func, "__self__", None), contextvars.Context)
        function = function.args[0] if wrapped else function.func
    return str(getattr(function, "__name__", type(function).__name__))


@functools.cache
def _name_in_chain(code: types.CodeType) -> str:
    """Return what a function of the program's is called; nothing where it has no name."""
    name = code.co_qualname.rpartition("<locals>.")[2]
    return "" if "<" in name else name


def _plain_name(code: Any) -> str:
    """Return what a library's function is called in the documentation."""
    name: str = code.co_qualname
    name = name.partition(".<locals>")[0]
    return _PLAIN_NAMES.get(name, name)


_PLAIN_NAMES = {
    "_wait": "wait",
    "_accepting_coroutines": "wait",  # looplab.legacy's
    "TaskGroup.__aexit__": "TaskGroup",
    "_AsCompletedIterator._wait_for_one": "as_completed",
}


class _NoLoop:
    """As much of a loop as a future asks of it when it is made."""

    def get_debug(self) -> bool:
        return False


_nobodys: Any = asyncio.Future(loop=_NoLoop())  # type: ignore[arg-type]  # it is never awaited
_FUTURE_ITERATOR = type(iter(_nobodys))
"""The type of what stands at the end of a chain of awaits that waits for a future."""

_SHIELDS = {
    code
    for code in asyncio.shield.__code__.co_consts
    if getattr(code, "co_name", "") == "_outer_done_callback"
}

_SLEEPS_0 = {asyncio.tasks.__sleep0.__code__}  # type: ignore[attr-defined]  # not in asyncio's stubs


def chain_of(awaited: Any) -> _Chain:
    """Return the frames of a suspended coroutine and of all that it awaits, outermost first."""
    chain: _Chain = []
    while True:
        if isinstance(awaited, types.CoroutineType):
            code, frame, inner = awaited.cr_code, awaited.cr_frame, awaited.cr_await
        elif isinstance(awaited, types.GeneratorType):
            code, frame, inner = awaited.gi_code, awaited.gi_frame, awaited.gi_yieldfrom
        elif isinstance(awaited, types.AsyncGeneratorType):
            code, frame, inner = awaited.ag_code, awaited.ag_frame, awaited.ag_await
        elif type(awaited).__name__ in _STAND_INS:
            # They do not say in Python what they stand for; the garbage collector knows.
            awaited = next(filter(_is_awaiting, gc.get_referents(awaited)), None)
            continue
        else:
            return chain
        if frame is None:
            return chain
        chain.append((code, frame))
        awaited = inner


_STAND_INS = {
    "async_generator_asend",
    "async_generator_athrow",
    "anext_awaitable",
    "coroutine_wrapper",
}


def _is_awaiting(value: Any) -> bool:
    kinds = (types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType)
    return isinstance(value, kinds) or type(value).__name__ in _STAND_INS


def last_line(error: BaseException) -> int | None:
    """Return the last line of the program in the traceback of `error`, where there is one.

    A generator that lets a StopIteration out ends with a RuntimeError, which Python makes behind
    its last line: that line has the error from which it came.
    """
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if is_program(traceback.tb_frame.f_code.co_filename):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    if line is None and isinstance(error.__cause__, StopIteration | StopAsyncIteration):
        return last_line(error.__cause__)
    return line


def line_of_caller() -> int | None:
    """Return the line at which the program stands that has called us, where it is known."""
    frame: types.FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    while frame is not None and not is_program(frame.f_code.co_filename):
        if frame.f_code.co_filename.startswith(HERE):
            return None  # what lies behind runs the program, and is none of it
        frame = frame.f_back
    return None if frame is None else frame.f_lineno
