"""`enable()` in real kernels: what a student's cells see, and what the Stop button does."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

import looplab
from looplab.notebook import enabling as notebook

PACKAGES = str(Path(looplab.__file__).parents[1])
PATIENCE = 30  # seconds for a cell that ought to take none
STOPPED = 5  # seconds from the Stop button to the end of the cell

slow = pytest.mark.slow


@dataclass
class Cell:
    """What one executed cell sent back."""

    out: str = ""
    err: str = ""
    result: str = ""
    error: str = ""
    message: str = ""
    traceback: str = ""
    shown: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False
    stopping: float = 0.0  # seconds from the interrupt to the end

    def take(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream" and content["name"] == "stdout":
            self.out += content["text"]
        elif kind == "stream":
            self.err += content["text"]
        elif kind == "execute_result":
            self.result = content["data"]["text/plain"]
        elif kind == "display_data":
            self.shown.append(content["data"])
        elif kind == "error":
            self.error, self.message = content["ename"], content["evalue"]
            self.traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(content["traceback"]))
        elif kind == "status":
            self.ended = content["execution_state"] == "idle"


class Kernel:
    """A kernel that finds the `looplab` under test."""

    def __init__(self, home: Path, **env: str) -> None:
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager(connection_file=str(home / "kernel.json"))
        self.manager.start_kernel(
            env={**os.environ, "PYTHONPATH": PACKAGES, "IPYTHONDIR": str(home), **env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(PATIENCE)

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def queue(
        self, *sources: str, interrupt: bool = False, stop_on_error: bool = False
    ) -> list[Cell]:
        """Send all cells at once, as Run All does; return how each ended.

        With `interrupt` the Stop button is pressed as soon as something is printed, with
        `stop_on_error` an error drops what waits, as in JupyterLab.
        """
        cells = {self._send(source, stop_on_error): Cell() for source in sources}
        deadline, pressed = time.monotonic() + PATIENCE, 0.0
        while not all(cell.ended for cell in cells.values()) and time.monotonic() < deadline:
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except Empty:
                continue
            cell = cells.get(message["parent_header"].get("msg_id"))
            if cell is None:
                continue
            cell.take(message["msg_type"], message["content"])
            if interrupt and cell.out and not pressed:
                self.manager.interrupt_kernel()
                pressed = time.monotonic()
            if cell.ended and pressed:
                cell.stopping = time.monotonic() - pressed
        return list(cells.values())

    def run(self, source: str, *, interrupt: bool = False) -> Cell:
        """Run one cell to its end."""
        [cell] = self.queue(source, interrupt=interrupt)
        assert cell.ended, f"the cell did not end: {source}"
        return cell

    def value(self, source: str) -> str:
        """Run one cell that ends with a value, and return its text."""
        cell = self.run(source)
        assert not cell.error, cell.traceback
        return cell.result

    def _send(self, source: str, stop_on_error: bool) -> str:
        sent: str = self.client.execute(textwrap.dedent(source), stop_on_error=stop_on_error)
        return sent


PREPARE = """
    import asyncio, signal, sys, time
    import asyncio.base_events, asyncio.futures, asyncio.runners, asyncio.tasks

    def policy():
        # Since Python 3.14 the public function warns, as policies are to go.
        find = getattr(asyncio.events, "_get_event_loop_policy", None)
        return (find or asyncio.get_event_loop_policy)()

    OWNERS = [
        asyncio, asyncio.base_events.BaseEventLoop, asyncio.events, asyncio.futures,
        asyncio.Runner, asyncio.runners, asyncio.tasks, type(asyncio.get_running_loop()),
        type(policy()), sys.modules["tornado.concurrent"],
    ]

    def state():
        return [dict(vars(owner)) for owner in OWNERS]

    untouched = state()
    kernel_loop = asyncio.get_running_loop()
    kernel_names = set(vars(kernel_loop))

    async def answer(value=42, delay=0.01):
        await asyncio.sleep(delay)
        return value

    from looplab import check, disable, enable, expect, observe
    enable()
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    try:
        prepared = kernel.run(PREPARE)
        assert not prepared.error, prepared.traceback
        assert not prepared.err
        yield kernel
    finally:
        kernel.stop()


# ---- a cell is as a script ----


@slow
def test_run_all_loses_no_cell(kernel: Kernel) -> None:
    kinds = [
        "print(asyncio.run(answer({0})))",
        "print(asyncio.get_event_loop().run_until_complete(answer({0})))",
        "print(await answer({0}))",
        "print({0})",
    ]
    cells = kernel.queue(*(kinds[number % 4].format(number) for number in range(26)))
    assert [cell.ended for cell in cells] == [True] * 26
    assert [cell.out for cell in cells] == [f"{number}\n" for number in range(26)]
    assert {cell.err + cell.error for cell in cells} == {""}


@slow
def test_each_run_has_a_loop_of_its_own(kernel: Kernel) -> None:
    kernel.run("""
        async def look():
            loop = asyncio.get_running_loop()
            return loop, type(asyncio.current_task()), len(asyncio.all_tasks())

        one, kind, tasks = asyncio.run(look())
        other, _, _ = asyncio.run(look())
    """)
    assert kernel.value("one is not other, one.is_closed(), other.is_closed(), tasks") == (
        "(True, True, True, 1)"
    )
    assert kernel.value("kind.__module__, asyncio.Task is kind") == "('_asyncio', True)"
    assert kernel.value("asyncio.get_running_loop() is kernel_loop") == "True"
    assert kernel.value("policy()._local._loop is kernel_loop") == "True"


@slow
def test_what_a_run_leaves_behind_is_cleaned_up(kernel: Kernel) -> None:
    cell = kernel.run("""
        async def forever():
            try:
                await asyncio.sleep(3600)
            finally:
                print("cancelled")

        async def numbers():
            try:
                yield 1
            finally:
                print("closed")

        async def main():
            global task, generator
            task, generator = asyncio.create_task(forever()), numbers()
            await anext(generator)
            print("main ends")

        asyncio.run(main())
    """)
    assert cell.out == "main ends\ncancelled\nclosed\n"
    assert kernel.value("task.cancelled()") == "True"


@slow
@pytest.mark.parametrize(
    "last_line",
    ["asyncio.run(main())", "await main()", "await asyncio.gather(main())"],
)
def test_a_run_inside_a_coroutine_is_refused(kernel: Kernel, last_line: str) -> None:
    cell = kernel.run(f"""
        async def main():
            coroutine = answer()
            try:
                asyncio.run(coroutine)
            finally:
                coroutine.close()

        {last_line}
    """)
    assert cell.error == "RuntimeError"
    assert "cannot be called from a running event loop" in cell.message


@slow
def test_a_cell_that_awaits_may_also_run(kernel: Kernel) -> None:
    assert kernel.value("await answer(1), asyncio.run(answer(2))") == "(1, 2)"
    assert kernel.value("await answer(1), asyncio.runners.run(answer(2))") == "(1, 2)"


@slow
def test_a_widget_may_run(kernel: Kernel) -> None:
    """A button's callback is called by a coroutine of the kernel, not of the student."""
    kernel.run("""
        ran = []
        get_ipython().kernel.comm_manager.register_target(
            "button", lambda comm, message: ran.append(asyncio.run(answer("pressed")))
        )
    """)
    content = {"comm_id": "1", "target_name": "button", "data": {}}
    channel = kernel.client.shell_channel
    channel.send(kernel.client.session.msg("comm_open", content))
    assert kernel.value("ran") == "['pressed']"


@slow
def test_debug_mode_is_of_this_run_only(kernel: Kernel) -> None:
    cell = kernel.run("""
        async def block():
            time.sleep(0.15)
            return asyncio.get_running_loop().get_debug()

        print(asyncio.run(block(), debug=True), asyncio.run(block()), kernel_loop.get_debug())
    """)
    assert cell.out == "True False False\n"
    # Python's own loop says so; nest_asyncio2's does not.
    assert re.findall(r"took 0\.\d+ seconds", cell.err) != []


@slow
def test_a_runner_keeps_its_loop(kernel: Kernel) -> None:
    kernel.run("""
        class MyLoop(asyncio.SelectorEventLoop):
            pass

        async def loop():
            return asyncio.get_running_loop()

        with asyncio.Runner(debug=True, loop_factory=MyLoop) as runner:
            loops = [runner.run(loop()), runner.run(loop()), runner.get_loop()]
            in_debug = loops[0].get_debug()
    """)
    assert kernel.value("len(set(loops)), type(loops[0]).__name__, in_debug") == (
        "(1, 'MyLoop', True)"
    )
    assert kernel.value("loops[0].is_closed()") == "True"
    kernel.run("with asyncio.Runner() as runner:\n    runner.run(answer())")
    assert kernel.value("policy()._local._loop is kernel_loop") == "True"


@slow
@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio.run has it since Python 3.12")
def test_run_takes_a_loop_factory(kernel: Kernel) -> None:
    assert kernel.value("""
        class OtherLoop(asyncio.SelectorEventLoop):
            pass

        async def loop():
            return asyncio.get_running_loop()

        type(asyncio.run(loop(), loop_factory=OtherLoop)).__name__
    """) == "'OtherLoop'"  # fmt: skip


@slow
def test_run_until_complete(kernel: Kernel) -> None:
    on_the_kernels = "asyncio.get_event_loop().run_until_complete(answer(1))"
    assert kernel.value(on_the_kernels) == "1"
    assert kernel.value("""
        loop = asyncio.new_event_loop()
        two, mine = loop.run_until_complete(answer(2)), loop is not kernel_loop
        loop.call_later(0.01, loop.stop)
        loop.run_forever()
        loop.close()
        two, mine
    """) == "(2, True)"  # fmt: skip


@slow
def test_a_fresh_loop_cannot_be_nested(kernel: Kernel) -> None:
    cell = kernel.run("""
        async def main():
            coroutine = answer()
            try:
                asyncio.get_running_loop().run_until_complete(coroutine)
            finally:
                coroutine.close()

        asyncio.run(main())
    """)
    assert (cell.error, cell.message) == ("RuntimeError", "This event loop is already running")


@slow
def test_the_kernels_loop_stands_still_and_goes_on(kernel: Kernel) -> None:
    kernel.run("background = asyncio.create_task(answer('later', 0.1))")
    assert kernel.value("asyncio.run(answer(delay=0.3)), background.done()") == "(42, False)"
    assert kernel.value("await background") == "'later'"


@slow
def test_observe_runs_what_a_script_may_do(kernel: Kernel) -> None:
    assert kernel.value("""
        def program():
            loop = asyncio.new_event_loop()
            loop.run_until_complete(answer(delay=1))
            loop.close()
            return asyncio.run(answer(delay=2))

        run = observe(program)
        run.result, run.duration, run.error
    """) == "(42, 3.0, None)"  # fmt: skip


# ---- the Stop button ----

VICTIM = """
    async def victim(block=False):
        try:
            print("ready\\n", end="")  # in one piece: an interrupt may come right behind it
            if block:
                time.sleep(3600)
            await asyncio.sleep(3600)
        finally:
            print("finally")
"""


@slow
@pytest.mark.parametrize("block", [False, True], ids=["sleeping", "blocked"])
@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("asyncio.run(victim({}))", "KeyboardInterrupt"),
        ("await answer(); asyncio.run(victim({}))", "KeyboardInterrupt"),
        ("asyncio.get_event_loop().run_until_complete(victim({}))", "KeyboardInterrupt"),
        ("await victim({})", "CancelledError"),
        ("await asyncio.gather(victim({}), answer())", "CancelledError"),
        ("task = asyncio.create_task(victim({})); await asyncio.wait([task])", "CancelledError"),
        ("await answer(); kernel_loop.run_until_complete(victim({}))", "CancelledError"),
    ],
)
def test_interrupt_stops_at_the_first_press(
    kernel: Kernel, source: str, error: str, block: bool
) -> None:
    kernel.run(VICTIM)
    cell = kernel.run(source.format(block), interrupt=True)
    assert cell.error == error
    assert cell.stopping < STOPPED
    if "asyncio.wait" in source:  # as in a script, wait does not cancel what it waits for
        kernel.run("task.cancel(); await asyncio.wait([task])")
    else:
        assert cell.out == "ready\nfinally\n"
    assert kernel.value("asyncio.run(answer())") == "42"
    assert kernel.value("await answer()") == "42"
    assert kernel.value("'victim' in repr(asyncio.all_tasks())") == "False"


@slow
def test_what_stop_has_ended_is_told_in_one_line(kernel: Kernel) -> None:
    cell = kernel.run("print('ready')\nasyncio.run(asyncio.sleep(60))", interrupt=True)
    assert cell.error == "KeyboardInterrupt"
    assert cell.traceback == "KeyboardInterrupt in line 2 │ asyncio.run(asyncio.sleep(60))"


@slow
def test_a_traceback_shows_the_students_lines_and_no_librarys(kernel: Kernel) -> None:
    cell = kernel.run(
        """
        async def inner():
            await asyncio.sleep(0.01)
            raise ValueError("no luck")

        async def main():
            try:
                await asyncio.gather(inner())
            except ValueError as error:
                raise RuntimeError("gone wrong") from error

        asyncio.run(main())
        """
    )
    assert (cell.error, cell.message) == ("RuntimeError", "gone wrong")
    for line in ('raise ValueError("no luck")', "raise RuntimeError(", "asyncio.run(main())"):
        assert re.search(rf"^-+> \d+ .*{re.escape(line)}", cell.traceback, re.MULTILINE), line
    assert ".py" not in cell.traceback
    assert "direct cause" in cell.traceback
    group = kernel.run(
        """
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(inner())

        asyncio.run(main())
        """
    )
    assert 'raise ValueError("no luck")' in group.err  # IPython lets Python print it
    assert "asyncio.run(main())" in group.err
    assert not re.search(r"taskgroups|hosting|interactiveshell|base_events", group.err)
    outside = kernel.run("import json\njson.loads('[')")
    assert "----> 2 json.loads('[')" in outside.traceback and "JSONDecodeError" in outside.traceback
    assert ".py" not in outside.traceback


@slow
def test_a_press_that_python_drops_is_repeated(kernel: Kernel) -> None:
    """What is raised in a `__del__` goes nowhere, and collecting garbage calls many of them."""
    cell = kernel.run(
        """
        class Slow:
            def __del__(self):
                print("ready", flush=True)
                end = time.monotonic() + 1
                while time.monotonic() < end:
                    pass

        Slow()
        while True:
            pass
        """,
        interrupt=True,
    )
    assert cell.error == "KeyboardInterrupt"
    assert cell.stopping < STOPPED
    assert not cell.err


@slow
@pytest.mark.parametrize(
    "source",
    [
        "await asyncio.gather(*(blocks() for _ in range(12)))",
        "tasks = [asyncio.create_task(blocks()) for _ in range(12)]\nfor task in tasks: await task",
        "async with asyncio.TaskGroup() as group:\n"
        "    for _ in range(12): group.create_task(blocks())",
        "await asyncio.wait([asyncio.create_task(blocks()) for _ in range(12)])",
    ],
    ids=["gather", "in turn", "group", "wait"],
)
def test_one_press_ends_a_cell_whose_tasks_all_block(kernel: Kernel, source: str) -> None:
    kernel.run(
        """
        import time

        async def blocks():
            print("ready")
            time.sleep(0.5)

        async def beats():
            while True:
                await asyncio.sleep(0.01)

        older = asyncio.create_task(beats())
        """
    )
    cell = kernel.run(source, interrupt=True)
    assert cell.error == "CancelledError"
    assert cell.out == "ready\n"
    assert cell.stopping < STOPPED
    assert kernel.value("'blocks' in repr(asyncio.all_tasks())") == "False"
    assert kernel.value(
        "older.done(), older.cancel(), await asyncio.wait([older], timeout=1) and 1"
    )
    assert kernel.value("await answer()") == "42"


@slow
def test_interrupt_cancels_main_first(kernel: Kernel) -> None:
    """A sleeping program gets to say how it ends, as on a terminal."""
    cell = kernel.run(
        """
        async def main():
            try:
                print("ready")
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                return "said goodbye"

        asyncio.run(main())
        """,
        interrupt=True,
    )
    assert cell.result == "'said goodbye'"


@slow
def test_the_kernel_keeps_its_signals(kernel: Kernel) -> None:
    """A program that handles signals itself does not take Interrupt away from the next cell."""
    kernel.run("""
        async def main():
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGUSR1, print, "handled")
            signal.raise_signal(signal.SIGUSR1)
            await asyncio.sleep(0.05)

        asyncio.run(main())
    """)
    for before in "", "asyncio.run(answer()); ":
        cell = kernel.run(f"{before}print('ready'); await asyncio.sleep(3600)", interrupt=True)
        assert (cell.error, cell.stopping < STOPPED) == ("CancelledError", True)


# ---- the kernel's loop lives on ----


@slow
@pytest.mark.parametrize("prefix", ["", "await answer(); "], ids=["script", "awaiting"])
@pytest.mark.parametrize("name", ["stop", "close"])
def test_no_cell_ends_the_kernels_loop(kernel: Kernel, name: str, prefix: str) -> None:
    cell = kernel.run(f"{prefix}asyncio.get_running_loop().{name}()")
    assert not cell.error, cell.traceback
    assert "RuntimeWarning: The loop that runs this notebook was not" in cell.err
    assert f"leave out loop.{name}()" in cell.err
    assert kernel.value("await answer(), kernel_loop.is_closed()") == "(42, False)"


@slow
def test_stop_ends_what_a_cell_runs_on_the_kernels_loop(kernel: Kernel) -> None:
    stopped = kernel.run("""
        called = kernel_loop.time()
        kernel_loop.call_later(0.05, kernel_loop.stop)
        kernel_loop.run_forever()
        print("stopped", kernel_loop.time() - called > 0.04)
        kernel_loop.stop()  # before run_forever: one turn
        kernel_loop.run_forever()
        print("stopped again")
    """)
    assert stopped.out == "stopped True\nstopped again\n"
    unfinished = kernel.run("""
        kernel_loop.call_later(0.05, kernel_loop.stop)
        kernel_loop.run_until_complete(answer(delay=0.2))
    """)
    assert unfinished.message == "Event loop stopped before Future completed."
    assert kernel.value("await answer()") == "42"


@slow
def test_a_kernel_shuts_down_as_ever(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    kernel.run("import looplab; looplab.enable()")
    kernel.client.stop_channels()
    kernel.manager.request_shutdown()
    deadline = time.monotonic() + PATIENCE
    while kernel.manager.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    ended = not kernel.manager.is_alive()
    kernel.manager.shutdown_kernel(now=True)
    assert ended


# ---- nest_asyncio ----


@slow
@pytest.mark.parametrize("name", ["nest_asyncio", "nest_asyncio2"])
def test_a_students_nest_is_not_needed(kernel: Kernel, name: str) -> None:
    kernel.run("disable(); enable(); now = state()")  # which may warn once more
    cell = kernel.run(f"import {name}\n{name}.apply()")
    again = kernel.run(f"import {name}; {name}.apply(kernel_loop)")
    assert not cell.error, cell.traceback
    assert "not needed here" in cell.err
    assert not again.error + again.err
    assert kernel.value("state() == now, hasattr(asyncio, '_nest_patched')") == "(True, False)"
    assert kernel.value("kernel_loop.run_until_complete(answer())") == "42"


@slow
def test_what_a_student_nested_before_goes_back(kernel: Kernel) -> None:
    kernel.run("disable(); import nest_asyncio2; nest_asyncio2.apply(); nested = state(); enable()")
    kinds = kernel.value("""
        async def look():
            return type(asyncio.current_task()).__module__

        asyncio.run(look()), asyncio.Task.__module__, asyncio.Future.__module__
    """)
    refused = kernel.run("""
        async def main():
            coroutine = answer()
            try:
                asyncio.run(coroutine)
            finally:
                coroutine.close()

        asyncio.run(main())
    """)
    on_the_kernels = kernel.value("kernel_loop.run_until_complete(answer())")
    late = kernel.run("nest_asyncio2.apply(); nest_asyncio2.apply()")
    as_before = kernel.value("disable(); state() == nested")
    kernel.run(UNNEST)
    clean = kernel.value("enable(); disable(); state() == untouched")
    kernel.run("enable()")
    assert kinds == "('_asyncio', '_asyncio', '_asyncio')"
    assert "cannot be called from a running event loop" in refused.message
    assert on_the_kernels == "42"
    assert "not needed here" in late.err
    assert as_before == "True"
    assert clean == "True"


UNNEST = """
    for owner, old in zip(OWNERS, untouched):
        for name, value in dict(vars(owner)).items():
            if name not in old:
                delattr(owner, name)
            elif value is not old[name]:
                setattr(owner, name, old[name])
"""
"""A nest has no way back of its own."""


# ---- the old spellings ----


@pytest.fixture
def old_kernel(kernel: Kernel) -> Iterator[Kernel]:
    """The kernel with `enable(legacy=True)`, its warnings new again."""
    kernel.run("disable(); enable(legacy=True)")
    yield kernel
    kernel.run("disable(); enable()")


@slow
def test_old_cells_run_one_after_another(old_kernel: Kernel) -> None:
    cells = old_kernel.queue(
        """
@asyncio.coroutine
def double(number):
    yield from asyncio.sleep(0.01)
    return 2 * number

loop = asyncio.get_event_loop()
print(loop.run_until_complete(asyncio.gather(double(1), double(2))))
loop.close()
        """,
        "first, loop = loop, asyncio.get_event_loop()\ntask = loop.create_task(answer('kept'))",
        "print(loop.run_until_complete(task), first is loop, loop is kernel_loop)",
        "tasks = [asyncio.ensure_future(answer(number)) for number in range(3)]\n"
        "loop = asyncio.get_event_loop()\n"
        "done, _ = loop.run_until_complete(asyncio.wait(tasks))\n"
        "print(sorted(task.result() for task in done), asyncio.Task.all_tasks())\n"
        "loop.run_until_complete(asyncio.wait([answer(), answer()]))\n"
        "loop.close()",
        "loop.close(); print(asyncio.run(answer('today')))",
        "print(await asyncio.gather(answer(1), answer(2)))\n"
        "print(asyncio.get_event_loop() is kernel_loop)",
        "background = asyncio.create_task(answer('background'))",
        "print(await background)",
    )
    assert [cell.traceback for cell in cells] == [""] * 8
    assert [cell.out for cell in cells] == [
        "[2, 4]\n",
        "",
        "kept False False\n",
        "[0, 1, 2] set()\n",
        "today\n",
        "[1, 2]\nTrue\n",
        "",
        "background\n",
    ]
    warned = [re.findall(r"DeprecationWarning: (\S+)", cell.err) for cell in cells]
    assert warned[0] == ["@asyncio.coroutine", "asyncio.get_event_loop()"]
    assert warned[3] == ["asyncio.Task.all_tasks()", "asyncio.wait()"]
    assert not any(warned[1:3] + warned[4:])
    assert "loop = asyncio.get_event_loop()" in cells[0].err
    assert old_kernel.value("asyncio.get_running_loop() is kernel_loop") == "True"


@slow
def test_the_old_way_to_stop(old_kernel: Kernel) -> None:
    cell = old_kernel.run(
        """
        async def main():
            print("ready")
            await asyncio.gather(*(asyncio.sleep(3600) for _ in range(3)))

        loop = asyncio.get_event_loop()
        try:
            loop.run_until_complete(main())
        except KeyboardInterrupt:
            print(len(asyncio.Task.all_tasks()), loop is kernel_loop)
            print(asyncio.gather(*asyncio.Task.all_tasks()).cancel())
            loop.stop()
            loop.run_forever()
        finally:
            loop.close()
        print(loop.is_closed())
        """,
        interrupt=True,
    )
    assert not cell.error, cell.traceback
    assert cell.out == "ready\n4 False\nTrue\nTrue\n"
    assert cell.stopping < STOPPED
    assert old_kernel.value("await answer(), kernel_loop.is_closed()") == "(42, False)"


@slow
@pytest.mark.parametrize("block", [False, True], ids=["sleeping", "blocked"])
def test_interrupt_ends_what_an_old_cell_runs(old_kernel: Kernel, block: bool) -> None:
    old_kernel.run(VICTIM)
    cell = old_kernel.run(
        f"loop = asyncio.get_event_loop()\nloop.run_until_complete(victim({block}))",
        interrupt=True,
    )
    assert cell.error == "KeyboardInterrupt"
    assert cell.out == "ready\nfinally\n"
    assert cell.stopping < STOPPED
    assert old_kernel.value("loop.run_until_complete(answer()), asyncio.all_tasks(loop)") == (
        "(42, set())"
    )
    later = old_kernel.run("print('ready'); await asyncio.sleep(3600)", interrupt=True)
    assert (later.error, later.stopping < STOPPED) == ("CancelledError", True)


@slow
def test_disable_undoes_the_old_spellings(kernel: Kernel) -> None:
    kernel.run("enable(legacy=True); enable(legacy=True); enable()")
    run = kernel.run("loop = asyncio.get_event_loop(); loop.run_until_complete(answer())")
    undone = kernel.value("disable(); state() == untouched")
    kernel.run("enable()")
    assert run.result == "42"
    assert undone == "True"
    assert kernel.value("asyncio.get_event_loop() is kernel_loop") == "True"


# ---- async generators ----


@slow
def test_a_run_closes_its_async_generators_and_no_others(kernel: Kernel) -> None:
    cell = kernel.run("""
        async def numbers(name):
            try:
                for number in range(3):
                    await asyncio.sleep(0)
                    yield number
            finally:
                await asyncio.sleep(0)
                print("closed", name)

        async def first(name):
            generators.append(numbers(name))
            return await anext(generators[-1])

        generators = []
        kept = await first("the kernel's")
        print(asyncio.run(first("the run's")))
        with asyncio.Runner() as runner:
            print(runner.run(first("the runner's")))
            print("open")
        print([number async for number in generators[0]])
    """)
    assert cell.out == (
        "closed the run's\n0\n0\nopen\nclosed the runner's\nclosed the kernel's\n[1, 2]\n"
    )
    assert not cell.err + cell.error


# ---- enabling and disabling ----


@slow
def test_enabling_twice_is_enabling_once(kernel: Kernel) -> None:
    callbacks = "[len(each) for each in get_ipython().events.callbacks.values()]"
    before = kernel.value(f"once = state(); {callbacks}")
    assert kernel.value(f"enable(); {callbacks}") == before
    assert kernel.value("state() == once") == "True"


@slow
def test_disable_leaves_everything_as_it_was(kernel: Kernel) -> None:
    cell = kernel.run("""
        from asyncio import run

        callbacks = sum(get_ipython().events.callbacks.values(), [])
        disable()
        disable()
        left = [each for each in callbacks if each.__module__.startswith("looplab")]
        left = [each for each in left if each in sum(get_ipython().events.callbacks.values(), [])]
        print(state() == untouched, set(vars(kernel_loop)) == kernel_names, left)
        print(signal.set_wakeup_fd(-1))
        coroutine = answer()
        for refused in asyncio.run, run, kernel_loop.run_until_complete:
            try:
                refused(coroutine)
            except RuntimeError as error:
                print(error)
        coroutine.close()
    """)
    enabled = kernel.run("enable(); print(asyncio.run(answer()))")
    refusal = "asyncio.run() cannot be called from a running event loop"
    assert cell.out.splitlines() == [
        "True True []",
        "-1",
        refusal,
        refusal,
        "This event loop is already running",
    ]
    assert enabled.out == "42\n"


@slow
def test_without_nest_asyncio2_the_rest_works(kernel: Kernel) -> None:
    kernel.run("disable(); sys.modules['nest_asyncio2'] = None; enable()")
    ran = kernel.run("asyncio.run(answer())")
    nested = kernel.run("""
        coroutine = answer()
        try:
            kernel_loop.run_until_complete(coroutine)
        finally:
            coroutine.close()
    """)
    back = kernel.run("disable(); del sys.modules['nest_asyncio2']; enable()")
    assert ran.result == "42"
    assert nested.message == "This event loop is already running"
    assert not back.error


def test_a_sandbox_has_only_the_standard_library() -> None:
    script = """
        import sys
        sys.path.insert(0, sys.argv[1])
        import asyncio
        import looplab.notebook.enabling

        before = asyncio.run, asyncio.Task, dict(vars(asyncio.BaseEventLoop))
        looplab.enable()
        looplab.enable()

        async def main():
            looplab.enable()
            return "ran"

        print(asyncio.run(main()))
        print(before == (asyncio.run, asyncio.Task, dict(vars(asyncio.BaseEventLoop))))
        looplab.disable()
        print({"IPython", "nest_asyncio2", "matplotlib"} & set(sys.modules))
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", textwrap.dedent(script), PACKAGES],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.stdout, done.stderr) == ("ran\nTrue\nset()\n", "")


def test_ipython_without_a_shell_is_a_script_too() -> None:
    pytest.importorskip("IPython")
    before = asyncio.run
    looplab.enable()
    try:
        assert asyncio.run is before
    finally:
        looplab.disable()


# ---- after a test cell ----


# ---- %%timeline ----


@slow
@pytest.mark.parametrize(
    "line",
    ["await asyncio.gather(answer(1), answer(2))", "asyncio.run(answer())", "answer(7) and 7"],
)
def test_the_timeline_magic_shows_what_the_cell_did(kernel: Kernel, line: str) -> None:
    cell = kernel.run(f"%%timeline\nprint('in line', 2)\n{line}")
    assert not cell.error, cell.traceback
    assert cell.out == "in line 2\n"
    [shown] = [each for each in cell.shown if "<svg" in each.get("text/html", "")]
    words = shown["text/plain"]
    assert words.startswith("this cell took")
    assert ("answer (Task-" in words) == ("asyncio" in line)
    assert ("lost: answer() was never awaited" in words) == ("asyncio" not in line)
    assert "Kernel" not in words
    # The next cell is not recorded.
    assert kernel.run("await answer()").shown == []


@slow
def test_the_timeline_magic_keeps_the_lines_of_the_cell(kernel: Kernel) -> None:
    cell = kernel.run("%%timeline\n\n1 / 0")
    assert cell.error == "ZeroDivisionError"
    assert "line 3" in cell.traceback or "----> 3" in cell.traceback


@slow
def test_a_passed_test_shows_its_tick(kernel: Kernel) -> None:
    cell = kernel.run("""
        check("2 < 3 & so on", points=1)
        run = observe(answer)
    """)
    [shown] = cell.shown
    assert shown["text/plain"] == "✓ 2 < 3 & so on (1 point)"
    assert "✓ 2 &lt; 3 &amp; so on (1 point)" in shown["text/html"]
    assert notebook.GREEN in shown["text/html"]
    assert not cell.result + cell.error + cell.out + cell.err


@slow
def test_ticks_of_queued_cells_stand_under_their_own(kernel: Kernel) -> None:
    cells = kernel.queue(
        "check('one', points=1)",
        "print('no test')",
        "check('two', points=2); await answer()",
        "await answer()",
        "check('three', points=0.5); asyncio.run(answer())",
    )
    shown = [[data["text/plain"] for data in cell.shown] for cell in cells]
    assert shown == [["✓ one (1 point)"], [], ["✓ two (2 points)"], [], ["✓ three (0.5 points)"]]


@slow
def test_a_failed_test_shows_message_and_timeline(kernel: Kernel) -> None:
    cell = kernel.run("""
        check("it takes 5 s", points=1)
        expect(observe(answer)).took(5, hint="sleep longer")
    """)
    assert cell.error == "CheckFailed"
    assert cell.traceback.startswith("✗ it takes 5 s (1 point)")
    assert "looplab" not in cell.traceback
    [shown] = cell.shown
    assert "<svg" in shown["text/html"]
    assert not cell.err


@slow
def test_the_message_stands_when_the_timeline_cannot_be_drawn(kernel: Kernel) -> None:
    kernel.run("""
        name = "looplab.pictures.timeline"
        drawing, sys.modules[name] = sys.modules[name], None
    """)
    cell = kernel.run("""
        check("it takes 5 s", points=1)
        expect(observe(answer)).took(5)
    """)
    kernel.run("sys.modules[name] = drawing")
    assert cell.traceback.startswith("✗ it takes 5 s (1 point)")
    assert cell.out.startswith("The timeline could not be drawn: ")
    assert not cell.shown + [cell.err] * bool(cell.err)


@slow
def test_a_run_without_steps_has_no_timeline(kernel: Kernel) -> None:
    cell = kernel.run("""
        from dataclasses import replace

        check("nothing to see", points=1)
        expect(replace(observe(answer), steps=0)).took(5)
    """)
    assert (cell.error, cell.shown) == ("CheckFailed", [])


@slow
@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("raise NotImplementedError('write it')", "NotImplementedError"),
        ("1 +", "SyntaxError"),
        ("assert 1 == 2", "AssertionError"),
    ],
)
def test_other_errors_keep_their_traceback(kernel: Kernel, line: str, error: str) -> None:
    cell = kernel.run(f"check('a test', points=1)\n{line}")
    assert cell.error == error
    assert line in cell.traceback
    assert (cell.shown, cell.out) == ([], "")


@slow
def test_an_interrupted_test_has_no_tick(kernel: Kernel) -> None:
    cell = kernel.run(
        "check('a test', points=1); print('ready'); await asyncio.sleep(3600)", interrupt=True
    )
    assert (cell.error, cell.shown) == ("CancelledError", [])


@slow
def test_stop_while_the_timeline_is_drawn_drops_the_cells_behind_it(kernel: Kernel) -> None:
    kernel.run("""
        import looplab.pictures.timeline as pictures

        def pressed(*_, **options):
            raise KeyboardInterrupt

        drawing, pictures.draw = pictures.draw, pressed
    """)
    # It lasts until the other cell waits behind it, as after Run All.
    test = "check('it takes 5 s', points=1); time.sleep(1); expect(observe(answer)).took(5)"
    kernel.run("import time")
    cell, other = kernel.queue(test, "print('later')")
    kernel.run("pictures.draw = drawing")
    assert cell.traceback.startswith("✗ it takes 5 s (1 point)")
    assert (cell.err, other.out) == ("", "")


@slow
def test_what_nobody_awaited_names_its_own_line(kernel: Kernel) -> None:
    kernel.run("""
        circle = [answer()]
        circle.append(circle)
        del circle
    """)
    cell = kernel.run("import gc\n\n\n\n\ngc.collect()")
    assert re.search(r":1: RuntimeWarning: coroutine 'answer' was never awaited\n", cell.err)
    assert "circle = [answer()]" in cell.err
    assert "looplab" not in cell.err


@slow
def test_a_line_that_forgets_its_await_again_and_again_is_told_once_a_run(kernel: Kernel) -> None:
    for _ in range(2):
        cell = kernel.run("for _ in range(500):\n    answer()")
        assert cell.err.count("was never awaited") == 1


@slow
def test_a_check_judges_no_older_answer(kernel: Kernel) -> None:
    test = "check('says hi', points=1)\nexpect(observe(says_hi)).returned('hi')"
    right = "async def says_hi():\n    return 'hi'"
    wrong = "async def says_hi()\n    return 'hi'"
    broken = "1 / 0\n" + right
    did_not = "✗ your cell did not run, so nothing was judged: "
    for source, told in [
        ("", "✗ run the cell with `says_hi` first"),
        (right, ""),
        (wrong, did_not + "line 1, expected ':'"),
        (broken, did_not + "line 1, ZeroDivisionError: division by zero"),
        ("%%timeline\n" + right, ""),
        ("%matplotlib inline\n" + right, ""),
    ]:
        kernel.run(source)
        cell = kernel.run(test)
        assert (cell.traceback, cell.error) == (told, "NotJudged" if told else "")
        assert [data["text/plain"] for data in cell.shown] == ["✓ says hi (1 point)"] * (not told)


@slow
def test_after_a_restart_a_check_says_what_to_run_first(tmp_path: Path) -> None:
    at_start = Path(notebook.__file__).with_name("at_start.py")
    kernel = Kernel(tmp_path, PYTHONSTARTUP=str(at_start))
    try:
        test = "check('says hi', points=1)\nexpect(observe(says_hi)).returned('hi')"
        first = kernel.run(test)
        assert first.traceback == "✗ run the cell with `says_hi` first"
        kernel.run("async def says_hi():\n    return 'hi'")
        [tick] = kernel.run(test).shown
        assert tick["text/plain"] == "✓ says hi (1 point)"
    finally:
        kernel.stop()


@slow
def test_a_check_that_does_not_end_ends_by_itself(kernel: Kernel) -> None:
    kernel.run("""
        async def never_ends():
            total = 0
            while True:
                total += 1
    """)
    cell = kernel.run("check('it ends', points=1)\nexpect(observe(never_ends)).took(0)")
    assert cell.error == "CheckFailed"
    told, line = cell.traceback.splitlines()[-2:]
    assert told.split()[:6] == ["happened", "still", "running", "after", "5", "s:"]
    assert line == "  line 3 │     while True:"
    assert "looplab" not in cell.traceback
    assert kernel.value("await answer(), signal.getsignal(signal.SIGALRM).name") == (
        "(42, 'SIG_DFL')"
    )


@slow
def test_stop_ends_a_check_and_drops_those_behind_it(kernel: Kernel) -> None:
    kernel.run("""
        out = sys.stdout

        async def never_ends():
            print("ready", file=out, flush=True)
            try:
                while True:
                    pass
            finally:
                await asyncio.sleep(1)
    """)
    # The kernel's thread that takes in requests is held up by a program that computes. Those of
    # the other cells are to have come when Stop is pressed, so the first one leaves it time.
    arrive = "time.sleep(1)"
    test = "check('it ends', points=1); observe(never_ends)"
    queue = arrive, test, test, "check('another', points=1)", "print('later')"
    _, first, *others = cells = kernel.queue(*queue, interrupt=True)
    assert first.error == "Stopped"
    assert first.traceback == "■ it ends (1 point): stopped before it was judged"
    assert first.stopping < STOPPED
    assert [cell.out + cell.error for cell in others] == [""] * 3
    assert not any(cell.shown for cell in cells)
    assert kernel.value("await answer()") == "42"


def test_a_tick_is_readable() -> None:
    white, green = _luminance("#ffffff"), _luminance(notebook.GREEN)
    assert (white + 0.05) / (green + 0.05) > 4.5


def _luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@slow
def test_stop_between_two_cells_drops_all_that_wait(kernel: Kernel) -> None:
    for number in range(8):  # more than half of the presses were lost
        before = ["time.sleep(1)", *["pass"] * number]  # all requests are to have come
        queue = [*before, "print('ready')", *["'a cell'"] * 80]
        cells = kernel.queue(*queue, interrupt=True, stop_on_error=True)
        assert cells[-1].ended and not cells[-1].result
        assert kernel.value("6 * 7") == "42"
