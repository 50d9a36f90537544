"""`enable()`: a notebook cell behaves as a script does.

A notebook runs its cells inside an event loop of its own, the kernel's. So in a bare
notebook `asyncio.run` refuses to start, and the Stop button cannot end an `await`:

    from looplab import enable

    enable()
    asyncio.run(main())             # a fresh loop, closed and cleaned up at the end
    loop.run_until_complete(main()) # the older spelling
    await main()                    # as in any notebook

A cell that begins with `%%timeline` runs as it is, and shows its timeline.

After a cell that announced a test (`looplab.check`) its tick appears, or the timeline of
what went wrong.

Caveats: the kernel's loop stands still while a cell runs another, so a task that an
earlier cell left on it goes on afterwards. A coroutine that a cell awaits itself may still
call `loop.run_until_complete`, where a script would refuse.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.futures
import asyncio.runners
import asyncio.tasks
import functools
import html
import inspect
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from traceback import walk_stack
from types import FrameType, MethodType
from typing import Any

from looplab import expecting
from looplab.clock import hidden_loop
from looplab.timeline_magic import TimelineMagic, without_magic

GREEN = "#1a7f37"
"""Behind a tick, which is white: their contrast is above 4.5, in a light and a dark theme."""

_undo: ExitStack | None = None

_hosts: set[asyncio.AbstractEventLoop] = set()
"""The loops that run cells, and make way for a loop that a cell runs."""


def enable() -> None:
    """Let a notebook cell behave as a script does.

    The first code cell of a lesson calls it; more calls change nothing. Outside a
    notebook, in a script for example, it does nothing. Where nest-asyncio2 is missing,
    only `run_until_complete` on the kernel's own loop stays out of reach.
    """
    global _undo
    shell = _shell()
    if shell is None or _undo is not None:
        return
    loop = asyncio._get_running_loop()
    with ExitStack() as undo:
        _show_checks(shell, undo)
        _bring_timeline_magic(shell, undo)
        if loop is not None:
            run_fresh_loops(loop, undo)
            _nest(loop, undo)
            if _in_main_thread():
                _wake_on_interrupt(loop, undo)
                _interrupt_blocked_cells(shell, undo)
        _undo = undo.pop_all()


def disable() -> None:
    """Undo `enable()`; without it, do nothing.

    What cannot be undone: a name that was imported meanwhile (`from asyncio import run`)
    keeps its function, which then refuses in a cell as Python's own does; and where
    something else applied nest_asyncio first, its patches stay, for it has no way back.
    """
    global _undo
    if _undo is not None:
        _undo.close()
        _undo = None


def _shell() -> Any:
    """Return IPython's shell; None outside it."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


# ---- asyncio.run ----


def run_fresh_loops(host: asyncio.AbstractEventLoop, undo: ExitStack) -> None:
    """Let all that runs an event loop run one in a cell that runs inside `host`.

    Args:
        host: the loop that runs the cells, the kernel's for example.
        undo: closing it undoes this.
    """
    _hosts.add(host)
    undo.callback(_hosts.discard, host)
    # asyncio.runners.run is Python's own even where nest_asyncio replaced asyncio.run.
    run = _as_in_a_script(asyncio.runners.run)
    _replace(asyncio, "run", run, undo)
    _replace(asyncio.runners, "run", run, undo)
    loop, runner = asyncio.BaseEventLoop, asyncio.Runner
    _replace(loop, "run_forever", _as_in_a_script(loop.run_forever), undo)
    _replace(loop, "run_until_complete", _as_in_a_script(loop.run_until_complete), undo)
    _replace(runner, "run", _as_in_a_script(runner.run), undo)
    _replace(runner, "close", _as_in_a_script(runner.close), undo)
    _replace(runner, "_on_sigint", _stopping_blocked_loops(runner), undo)


def _as_in_a_script(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _out_of_the_host():
            return function(*args, **kwargs)

    return run


def _replace(owner: Any, name: str, value: Any, undo: ExitStack) -> None:
    undo.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


@contextmanager
def _out_of_the_host() -> Iterator[None]:
    """Leave the loop that runs the cells, as if the cell were a script.

    Inside another loop, or inside a coroutine, nothing changes: there `asyncio.run`
    has to refuse.
    """
    loop = asyncio._get_running_loop()
    if loop not in _hosts or _in_a_coroutine(sys._getframe()):
        yield
        return
    with hidden_loop(), _signals_of_a_script():
        try:
            yield
        finally:
            # Runner.close leaves the thread without a current loop.
            asyncio.set_event_loop(loop)


def _in_a_coroutine(frame: FrameType) -> bool:
    """Whether a coroutine runs between `frame` and the cell; a cell may be one itself."""
    for each, _ in walk_stack(frame):
        package = each.f_globals.get("__name__", "").partition(".")[0]
        if each.f_code.co_name == "<module>" or package in ("IPython", "ipykernel"):
            return False
        if each.f_code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
            return True
    return False


# ---- loop.run_until_complete ----


def _nest(loop: asyncio.AbstractEventLoop, undo: ExitStack) -> None:
    """Let `loop`, and no other, run while it runs.

    nest_asyncio2 patches the modules of asyncio and the class of the loop. Here its
    methods move to this one loop and all else goes back, so that fresh loops, tasks and
    futures stay Python's own: fast, and with the checks and the debug mode of a script.
    """
    try:
        import nest_asyncio2
    except ImportError:
        return
    if not isinstance(loop, asyncio.BaseEventLoop):
        return
    patched: list[Any] = [type(loop), asyncio, asyncio.events, asyncio.futures, asyncio.tasks]
    if "tornado.concurrent" in sys.modules:
        patched.append(sys.modules["tornado.concurrent"])
    if sys.version_info < (3, 14):  # from then on nest_asyncio2 leaves the policy alone
        patched.append(type(asyncio.get_event_loop_policy()))
    before = {owner: dict(vars(owner)) for owner in patched}
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
    loop.run_until_complete = _leaving_nothing(loop)  # type: ignore[assignment, method-assign]


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


# ---- the Stop button ----


@contextmanager
def _signals_of_a_script() -> Iterator[None]:
    """Take Ctrl-C as a script does, and give the kernel its own handling back."""
    if not _in_main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    wakeup = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, handler)


def _stopping_blocked_loops(runner: Any) -> Callable[..., None]:
    """Return a `Runner._on_sigint` that ends a blocked loop too at the first Ctrl-C.

    Python's own cancels the main task, and a blocked loop never gets to that.
    """
    cancel_main_task = runner._on_sigint

    def on_sigint(self: Any, signum: int, frame: FrameType | None, main_task: Any) -> None:
        if asyncio.current_task(self.get_loop()) is not None:
            raise KeyboardInterrupt
        cancel_main_task(self, signum, frame, main_task)

    return on_sigint


def _wake_on_interrupt(loop: asyncio.AbstractEventLoop, undo: ExitStack) -> None:
    """Let Interrupt end the `await` of a cell.

    The kernel's handler asks the loop to cancel the cell, but does not wake it up
    (ipython/ipykernel#881). A byte through a socket does.
    """
    receiver, sender = socket.socketpair()
    for end in (receiver, sender):
        end.setblocking(False)
        undo.callback(end.close)
    try:
        loop.add_reader(receiver, receiver.recv, 4096)
    except NotImplementedError:  # Windows' proactor loop, which wakes up by itself
        return
    undo.callback(loop.remove_reader, receiver)
    undo.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(sender.fileno()))


def _interrupt_blocked_cells(shell: Any, undo: ExitStack) -> None:
    """Let Interrupt end a cell that awaits what blocks the loop, `time.sleep` for example.

    The kernel's handler waits for the loop, and the loop for the cell.
    """

    def before_cell(info: object) -> None:
        ask_loop = signal.getsignal(signal.SIGINT)
        # A cell without an await has Python's handler, and KeyboardInterrupt ends it.
        if ask_loop is signal.default_int_handler or not callable(ask_loop):
            return

        def stop(signum: int, frame: FrameType | None) -> None:
            names = [
                each.f_code.co_name
                for each, _ in walk_stack(frame)
                if each.f_globals is shell.user_ns
            ]
            if "<module>" not in names:  # the cell waits; whoever runs is a task
                ask_loop(signum, frame)
            if names:
                # A KeyboardInterrupt out of a task would end the kernel.
                raise asyncio.CancelledError("interrupted")

        if _in_main_thread():
            signal.signal(signal.SIGINT, stop)  # the kernel removes it after the cell

    _register(shell, "pre_run_cell", before_cell, undo)


# ---- after a test cell ----


def _show_checks(shell: Any, undo: ExitStack) -> None:
    """Show after each test cell how it went."""

    def before_cell(info: object) -> None:
        expecting.current_check = None

    def after_cell(result: Any) -> None:
        check = expecting.current_check
        if check is None or result is None:  # without a result the cell was interrupted
            return
        if result.success:
            _show_tick(check)
        elif isinstance(result.error_in_exec, expecting.CheckFailed):
            _show_timeline(result.error_in_exec)

    _register(shell, "pre_run_cell", before_cell, undo)
    _register(shell, "post_run_cell", after_cell, undo)


def _bring_timeline_magic(shell: Any, undo: ExitStack) -> None:
    magic = TimelineMagic()
    shell.input_transformers_cleanup.append(without_magic)
    undo.callback(shell.input_transformers_cleanup.remove, without_magic)
    undo.callback(magic.end)
    _register(shell, "pre_run_cell", magic.before_cell, undo)
    _register(shell, "post_run_cell", magic.after_cell, undo)


def _register(shell: Any, event: str, callback: Callable[..., None], undo: ExitStack) -> None:
    shell.events.register(event, callback)
    undo.callback(shell.events.unregister, event, callback)


def _show_tick(check: expecting.Check) -> None:
    from IPython.display import display

    text = f"✓ {check}"
    style = f"background: {GREEN}; color: #ffffff; padding: 2px 8px; border-radius: 3px"
    markup = f'<span style="{style}">{html.escape(text)}</span>'
    display({"text/plain": text, "text/html": markup}, raw=True)


def _show_timeline(failed: expecting.CheckFailed) -> None:
    run = failed.run
    if run is None or not run.steps:
        return
    if run.error is not None and run.error.type == "NotImplementedError":
        return  # not answered yet: there is nothing to see
    from IPython.display import display

    try:
        display(run.timeline())
    except Exception as error:
        print(f"The timeline could not be drawn: {error}")
