"""The kernel's own loop: it runs while it runs, and no cell ends it.

`loop.run_until_complete` of a loop that runs is what nest-asyncio2 makes possible. Here its
patch is narrowed to the kernel's loop. A student's own `nest_asyncio.apply()`, copied from
the web, would widen it again, so after `enable()` that call does nothing but say so.

Caveat: a coroutine that a cell awaits itself may still call `loop.run_until_complete`,
where a script would refuse.
"""

from __future__ import annotations

import _asyncio
import asyncio
import asyncio.events
import asyncio.futures
import asyncio.tasks
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.machinery import ModuleSpec
from types import MethodType, ModuleType
from typing import Any

from looplab.notebook.hosting import replace

NESTS = "nest_asyncio", "nest_asyncio2"
"""The packages whose `apply` lets every loop run inside itself."""


def nest(loop: asyncio.AbstractEventLoop, undo: ExitStack) -> None:
    """Let `loop`, and no other, run while it runs; without nest-asyncio2, do nothing.

    Args:
        loop: the kernel's.
        undo: closing it undoes this.

    nest_asyncio2 patches the modules of asyncio and the class of the loop. Here its
    methods move to this one loop and all else goes back, so that fresh loops, tasks and
    futures stay Python's own: fast, and with the checks and the debug mode of a script.
    What a student applied before goes back too, until `undo` is closed.
    """
    if not isinstance(loop, asyncio.BaseEventLoop):
        return
    _take_back(loop, undo)
    try:
        import nest_asyncio2
    except ImportError:
        return
    owners = _patched_by_nest(loop)
    before = {owner: dict(vars(owner)) for owner in owners}
    nest_asyncio2.apply(loop)
    for owner, old in before.items():
        for name, value in list(vars(owner).items()):
            if name in old and old[name] is value:
                continue
            if owner is type(loop):
                setattr(loop, name, MethodType(value, loop) if callable(value) else value)
                undo.callback(delattr, loop, name)
            if name in old:
                setattr(owner, name, old[name])
            else:
                delattr(owner, name)
    loop.run_until_complete = _leaving_nothing(loop)  # type: ignore[assignment, method-assign]  # on this one loop, not on its class


def _patched_by_nest(loop: asyncio.BaseEventLoop) -> list[Any]:
    patched: list[Any] = [type(loop), asyncio, asyncio.events, asyncio.futures, asyncio.tasks]
    if "tornado.concurrent" in sys.modules:
        patched.append(sys.modules["tornado.concurrent"])
    if sys.version_info < (3, 14):  # from then on nest_asyncio2 leaves the policy alone
        patched.append(type(asyncio.get_event_loop_policy()))
    return patched


def _take_back(loop: asyncio.BaseEventLoop, undo: ExitStack) -> None:
    """Take the patches back that a student applied, so that loops are Python's own again.

    A nest never keeps what it replaces. But asyncio has it all: the classes and functions
    in C, and the methods that the patched classes inherit.
    """
    if not hasattr(asyncio, "_nest_patched"):
        return
    own = {
        name: value
        for name in ("Task", "Future", "get_event_loop", "_get_event_loop")
        if (value := getattr(_asyncio, name, None)) is not None
    }
    own |= {"_CTask": own["Task"], "_CFuture": own["Future"], "run": asyncio.runners.run}
    for owner in _patched_by_nest(loop):
        for name, value in list(vars(owner).items()):
            if not _is_of_a_nest(name, value):
                continue
            replace(owner, name, own.get(name), undo)
            if name not in own or isinstance(owner, type):
                delattr(owner, name)  # what it inherits, or nothing, was there before


def _is_of_a_nest(name: str, value: Any) -> bool:
    marks = "_nest_", "_num_runs_pending", "_is_proactorloop"
    pure_python = asyncio.tasks._PyTask, asyncio.futures._PyFuture  # type: ignore[attr-defined]  # not in asyncio's stubs
    return (
        name.startswith(marks)
        or getattr(value, "__module__", None) in NESTS
        or (name in ("Task", "_CTask", "Future", "_CFuture") and value in pure_python)
    )


def _leaving_nothing(loop: asyncio.BaseEventLoop) -> Callable[[Any], Any]:
    """Return `loop.run_until_complete`, made to end what it runs when Interrupt ends it."""
    nested = loop.run_until_complete

    def run_until_complete(future: Any) -> Any:
        task = asyncio.ensure_future(future, loop=loop)
        try:
            return nested(task)
        except (KeyboardInterrupt, asyncio.CancelledError):
            task.cancel()
            nested(asyncio.gather(task, return_exceptions=True))
            raise

    return run_until_complete


# ---- stop and close ----


def keep_running(loop: asyncio.AbstractEventLoop, undo: ExitStack) -> Callable[[], None]:
    """Let no cell end `loop`; `stop` still ends a `run_forever` that a cell called.

    Args:
        loop: the loop that runs the cells.
        undo: closing it undoes this.

    Returns:
        What to call after each cell: its `stop` is not meant for another cell's `run_forever`.

    A cell that stops or closes the kernel's loop ends the kernel, and with it all that the
    notebook has computed. Tornado, which runs the kernel, may still stop it.
    """
    asked_to_stop = shutting_down = False

    def forget() -> None:
        nonlocal asked_to_stop
        asked_to_stop = False

    if not isinstance(loop, asyncio.BaseEventLoop):
        return forget
    own: Any = loop
    really_stop = loop.stop

    def is_nested() -> bool:
        return getattr(own, "_num_runs_pending", 1) > 1

    def stop() -> None:
        nonlocal asked_to_stop, shutting_down
        caller = _caller()
        shutting_down |= caller.partition(".")[0] in ("tornado", "ipykernel")
        # asyncio.base_events: the loop's own run_until_complete is at its end.
        if shutting_down or is_nested() or caller == "asyncio.base_events":
            really_stop()
            return
        asked_to_stop = True
        _warn_of("was not stopped: leave out loop.stop()")

    def close() -> None:
        _warn_of("was not closed: leave out loop.close()")

    @contextmanager
    def stops_only_itself() -> Iterator[None]:
        try:
            yield
        finally:
            if not shutting_down:
                own._stopping = False

    def run_forever() -> None:
        nonlocal asked_to_stop
        if asked_to_stop:  # as in a script, it then runs what is ready and returns
            asked_to_stop = False
            really_stop()
        with stops_only_itself():
            nested_forever()

    def run_until_complete(future: Any) -> Any:
        with stops_only_itself():
            return nested_until_complete(future)

    replace(loop, "stop", stop, undo)
    replace(loop, "close", close, undo)
    if "run_forever" in vars(loop):
        nested_forever, nested_until_complete = loop.run_forever, loop.run_until_complete
        replace(loop, "run_forever", run_forever, undo)
        replace(loop, "run_until_complete", run_until_complete, undo)
    return forget


def _caller() -> str:
    """Return the module that called whoever calls this."""
    return str(sys._getframe(2).f_globals.get("__name__", ""))


def _warn_of(what: str) -> None:
    warnings.warn(
        f"The loop that runs this notebook {what}, or use a loop of your own, "
        "asyncio.new_event_loop().",
        RuntimeWarning,
        stacklevel=3,
    )


# ---- nest_asyncio.apply() ----


def stand_in_for_nests(undo: ExitStack) -> None:
    """Let a student's `import nest_asyncio; nest_asyncio.apply()` do no harm.

    It neither needs the package nor patches anything, and says once that it is not needed.

    Args:
        undo: closing it undoes this.
    """
    told = False

    def apply(*_: object, **__: object) -> None:
        nonlocal told
        if not told:
            told = True
            warnings.warn(
                "nest_asyncio is not needed here and was not applied: leave out its two lines, "
                "asyncio.run and loop.run_until_complete work without it.",
                UserWarning,
                stacklevel=2,
            )

    for name in NESTS:
        if isinstance(imported := sys.modules.get(name), ModuleType):
            replace(imported, "apply", apply, undo)
        stand_in = ModuleType(name, "LoopLab's stand-in: `apply` does nothing.")
        stand_in.__spec__ = ModuleSpec(name, None)
        stand_in.apply = apply  # type: ignore[attr-defined]  # what a nest_asyncio module has
        if name in sys.modules:
            undo.callback(sys.modules.__setitem__, name, sys.modules[name])
        else:
            undo.callback(sys.modules.pop, name, None)
        sys.modules[name] = stand_in
