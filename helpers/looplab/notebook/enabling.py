"""`enable()`: a notebook cell behaves as a script does.

A notebook runs its cells inside an event loop of its own, the kernel's. So in a bare
notebook `asyncio.run` refuses to start, and the Stop button cannot end an `await`:

    from looplab import enable

    enable()
    asyncio.run(main())             # a fresh loop, closed and cleaned up at the end
    loop.run_until_complete(main()) # the older spelling
    await main()                    # as in any notebook

`enable(legacy=True)` also lets the spellings of old notes run (`looplab.legacy`).

A cell that begins with `%%timeline` runs as it is, and shows its timeline.

After a cell that announced a test (`looplab.check`) its tick appears, or the timeline of
what went wrong. Stop ends a cell at once, with one line, and drops the cells behind it.

Caveats: the kernel's loop stands still while a cell runs another, so a task that an
earlier cell left on it goes on afterwards.
"""

from __future__ import annotations

import asyncio
import html
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from traceback import walk_stack
from types import FrameType
from typing import Any

from looplab.notebook import (
    desk,
    forgotten,
    hosting,
    nesting,
    old_spellings,
    predicting,
    progress,
    reminding,
    solutions,
    stopping,
    tracebacks,
)
from looplab.notebook.answers import Answers, is_test
from looplab.notebook.between import Between
from looplab.notebook.sentences import paragraph
from looplab.notebook.timeline_magic import TimelineMagic, without_magic
from looplab.notebook.totals import Totals
from looplab.observer import announcing
from looplab.observer.expecting import CheckFailed
from looplab.recorder.waiting import is_of_student

GREEN = "#1a7f37"
"""Behind a tick, which is white: their contrast is above 4.5, in a light and a dark theme."""

_undo: ExitStack | None = None


def enable(*, legacy: bool = False) -> None:
    """Let a notebook cell behave as a script does.

    The first code cell of a lesson calls it; more calls change nothing. Outside a
    notebook, in a script for example, it does nothing but what `legacy` asks for. Where
    nest-asyncio2 is missing, only `run_until_complete` on the kernel's own loop stays out
    of reach.

    Args:
        legacy: let the spellings of Python 3.4 to 3.7 run too, in a script as well.

    >>> enable()
    """
    global _undo
    shell = _shell()
    if shell is not None and _undo is None:
        with ExitStack() as undo:
            _register(shell, "pre_run_cell", forgotten.name_lines(undo), undo)
            tracebacks.shorten(shell, undo)
            stopping.repeat_what_is_lost(undo)
            _show_checks(shell, undo)
            _compare_predictions(shell, undo)
            _bring_timeline_magic(shell, undo)
            _follow_the_kernel(shell, undo)
            _undo = undo.pop_all()
    if legacy:
        old_spellings.enable()


def disable() -> None:
    """Undo `enable()`; without it, do nothing.

    What cannot be undone: a name that was imported meanwhile (`from asyncio import run`)
    keeps its function, which then refuses in a cell as Python's own does. Where a
    student applied nest_asyncio first, its patches are there again.
    """
    global _undo
    old_spellings.disable()
    if _undo is not None:
        _undo.close()
        _undo = None


def _shell() -> Any:
    """Return IPython's shell; None outside it."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def _follow_the_kernel(shell: Any, undo: ExitStack) -> None:
    loop = asyncio._get_running_loop()
    if loop is None:
        return

    def after_script(result: Any) -> None:
        if result is not None and isinstance(result.error_in_exec, KeyboardInterrupt):
            hosting.end_interrupted()

    hosting.run_fresh_loops(loop, _runs_a_script, undo)
    nesting.nest(loop, undo)
    forget_stop = nesting.keep_running(loop, undo)
    nesting.stand_in_for_nests(undo)
    # Silent cells have no post_run_cell.
    _register(shell, "post_execute", hosting.come_back, undo)
    _register(shell, "post_execute", forget_stop, undo)
    _register(shell, "post_run_cell", after_script, undo)
    if hosting.in_main_thread():
        _wake_on_interrupt(loop, undo)
        between = Between(loop, partial(_drop_what_waits, shell))
        between.listen(getattr(shell, "kernel", None), undo)
        _register(shell, "pre_run_cell", between.before_cell, undo)
        _register(shell, "post_run_cell", between.after_cell, undo)
        _interrupt_blocked_cells(shell, undo)


def _runs_a_script() -> bool:
    """Whether the kernel runs the cell at hand in one go, for it has no `await`."""
    return any(
        frame.f_code.co_name == "run_cell"
        and frame.f_globals.get("__name__", "").startswith("IPython.")
        for frame, _ in walk_stack(sys._getframe())
    )


# ---- the Stop button ----


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

    The kernel's handler waits for the loop, and the loop for the cell. Whoever else is ready
    would block in its turn before the loop hears of the interrupt, so it is cancelled at once.
    """

    def before_cell(_: object) -> None:
        older = asyncio.all_tasks() if asyncio._get_running_loop() is not None else set()
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
                _cancel_those_of_the_cell(older)
                # A KeyboardInterrupt out of a task would end the kernel.
                raise asyncio.CancelledError("interrupted")

        if hosting.in_main_thread():
            signal.signal(signal.SIGINT, stop)  # the kernel removes it after the cell

    _register(shell, "pre_run_cell", before_cell, undo)


def _cancel_those_of_the_cell(older: set[asyncio.Task[Any]]) -> None:
    """Cancel the tasks that run a student's code, but for the one that runs and older ones."""
    for task in asyncio.all_tasks() - older - {asyncio.current_task()}:
        code = getattr(task.get_coro(), "cr_code", None)
        if code is not None and is_of_student(code.co_filename):
            task.cancel()


# ---- after a cell that a prediction was about ----


def _compare_predictions(shell: Any, undo: ExitStack) -> None:
    """Show below a cell what was predicted of it, and what it was."""

    def before_cell(info: Any) -> None:
        if not is_test(info.raw_cell or ""):
            predicting.before_cell()

    def after_cell(result: Any) -> None:
        if result is None or is_test(result.info.raw_cell or ""):
            return
        # A demonstration may raise; after a NameError the cells above have not run.
        error = result.error_before_exec or result.error_in_exec
        stopped = isinstance(error, KeyboardInterrupt | SyntaxError | NameError)
        compared = predicting.after_cell(ran=not stopped)
        if compared is None:
            return
        _show_sentence(compared.compared())
        if notebook := progress.notebook_of(shell.user_ns):
            progress.note_prediction(notebook, compared.seal)

    _register(shell, "pre_run_cell", before_cell, undo)
    _register(shell, "post_run_cell", after_cell, undo)


# ---- after a test cell ----


def _show_checks(shell: Any, undo: ExitStack) -> None:
    """Show after each test cell how it went; and let it judge what stands in the notebook."""

    answers, totals = Answers(shell.user_ns, shell.transform_cell), Totals()
    desk.prepare(shell.user_ns, answers, totals)
    undo.callback(desk.clear)

    def before_cell(info: Any) -> None:
        announcing.forget()
        if is_test(info.raw_cell or ""):
            test = info.raw_cell, info.cell_id
            announcing.prepare(answers.objection(*test), answers.answer(*test))
        else:
            answers.begin(info.raw_cell or "", info.cell_id)

    def after_cell(result: Any) -> None:
        if result is not None:  # without a result the cell was interrupted
            answers.end(result.error_before_exec or result.error_in_exec)
        check = announcing.announced()
        if check is None or result is None:
            return
        if result.success:
            _show_tick(check)
        elif isinstance(result.error_in_exec, KeyboardInterrupt):
            _drop_what_waits(shell)
        elif isinstance(result.error_in_exec, CheckFailed):
            try:
                _show_timeline(result.error_in_exec)
            except KeyboardInterrupt:
                _drop_what_waits(shell)
        if result.success or isinstance(result.error_in_exec, CheckFailed):
            _keep_verdict(shell, result, answers, totals)

    _register(shell, "pre_run_cell", before_cell, undo)
    _register(shell, "post_run_cell", after_cell, undo)


def _keep_verdict(shell: Any, result: Any, answers: Answers, totals: Totals) -> None:
    notebook, test = progress.notebook_of(shell.user_ns), result.info.cell_id
    if notebook is None or not test:
        return
    passed = bool(result.success)
    finding = getattr(result.error_in_exec, "finding", None)
    begun = finding is None or finding.cause != "not started"
    ran = answers.judged(result.info.raw_cell, test)
    answer = ran.python if begun and ran is not None else ""
    progress.note(notebook, test, passed=passed, answer=answer)
    totals.note(test, ran, passed=passed)
    if begun and (total := totals.told(notebook, test)):
        offer = solutions.offer(test.partition("-")[0])
        told = [total, offer, reminding.reminder(notebook.parent)]
        _show_sentence(" ".join(filter(None, told)))


def _drop_what_waits(shell: Any) -> None:
    """Drop the cells that wait for their turn, as the kernel does after an error.

    A test cell may fail while others wait (its tag `raises-exception` says so), and Stop is meant
    for all of them.
    """
    # It has no public name; and IPython in a terminal has no kernel.
    abort = getattr(getattr(shell, "kernel", None), "_abort_queues", None)
    if abort is not None:
        abort()


def _bring_timeline_magic(shell: Any, undo: ExitStack) -> None:
    magic = TimelineMagic()
    shell.input_transformers_cleanup.append(without_magic)
    undo.callback(shell.input_transformers_cleanup.remove, without_magic)
    undo.callback(magic.end)
    _register(shell, "pre_run_cell", magic.before_cell, undo)
    _register(shell, "post_run_cell", magic.after_cell, undo)


def _register(shell: Any, event: str, callback: Callable[..., None], undo: ExitStack) -> None:
    def call(*args: Any) -> None:
        try:
            callback(*args)
        except KeyboardInterrupt:  # IPython would go on
            _drop_what_waits(shell)

    shell.events.register(event, call)
    undo.callback(shell.events.unregister, event, call)


def _show_tick(check: announcing.Check) -> None:
    from IPython.display import display

    text = f"✓ {check}"
    style = f"background: {GREEN}; color: #ffffff; padding: 2px 8px; border-radius: 3px"
    markup = f'<span style="{style}">{html.escape(text)}</span>'
    display({"text/plain": text, "text/html": markup}, raw=True)


def _show_sentence(text: str) -> None:
    from IPython.display import display

    display({"text/plain": text, "text/html": paragraph(text)}, raw=True)


def _show_timeline(failed: CheckFailed) -> None:
    run = failed.run
    if run is None or not run.steps:
        return
    if run.error is not None and run.error.type == "NotImplementedError":
        return  # not answered yet: there is nothing to see
    from IPython.display import display

    line = None if failed.finding is None else failed.finding.line
    try:
        from looplab.pictures.plan import Fault
        from looplab.pictures.timeline import draw

        display(draw(run, fault=Fault(line)))
    except Exception as error:
        print(f"The timeline could not be drawn: {error}")
