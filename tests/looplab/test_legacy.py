"""The old spellings, in this process, in scripts, and in the cells of a subject."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import looplab
from looplab import legacy

PACKAGES = str(Path(looplab.__file__).parents[1])
PATIENCE = 30  # seconds for a script that ought to take none

old: Any = asyncio
"""The module as mypy no longer knows it."""


@pytest.fixture
def told() -> Iterator[list[warnings.WarningMessage]]:
    """Enable the old spellings, and yield what has warned."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        legacy.enable()
        try:
            yield told
        finally:
            legacy.disable()
            asyncio.set_event_loop(None)


def script(source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a script that finds the standard library and looplab, and nothing else."""
    source = f"import sys\nsys.path.insert(0, {PACKAGES!r})\n{textwrap.dedent(source)}"
    return subprocess.run(
        [sys.executable, "-I", "-S", *options, "-c", source],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


# ---- @asyncio.coroutine ----


def test_a_decorated_generator_waits_for_all_that_can_be_awaited(told: object) -> None:
    @old.coroutine
    def add(one: int, other: int) -> Iterator[Any]:
        yield from asyncio.sleep(0)
        return one + other

    async def native() -> int:
        return 7

    @old.coroutine
    def main() -> Iterator[Any]:
        future = asyncio.get_running_loop().create_future()
        future.get_loop().call_soon(future.set_result, "future")
        task = asyncio.get_running_loop().create_task(add(3, 4))
        three, seven = (yield from add(1, 2)), (yield from native())
        return [three, seven, (yield from future), (yield from task)]

    assert asyncio.run(main()) == [3, 7, "future", 7]


@pytest.mark.parametrize("kind", ["value", "coroutine", "generator", "future"])
def test_a_decorated_plain_function_returns_or_waits(told: object, kind: str) -> None:
    async def native() -> str:
        return "coroutine"

    def generator() -> Iterator[Any]:
        yield from asyncio.sleep(0).__await__()
        return "generator"

    @old.coroutine
    def plain() -> Any:
        future = asyncio.get_running_loop().create_future()
        future.set_result("future")
        made = {"value": lambda: "value", "coroutine": native, "generator": generator}
        return future if kind == "future" else made[kind]()  # type: ignore[no-untyped-call]  # a table of classes and functions

    assert asyncio.run(plain()) == kind


def test_a_decorated_function_is_a_coroutine_function(told: object) -> None:
    @old.coroutine
    def answer() -> Iterator[Any]:
        """Say 42."""
        yield from asyncio.sleep(0)

    async def native() -> None: ...

    assert asyncio.iscoroutinefunction(answer)
    assert (answer.__name__, answer.__doc__) == ("answer", "Say 42.")
    assert old.coroutine(native) is native


def test_errors_and_cancellation_reach_the_generator(told: object) -> None:
    caught = []

    @old.coroutine
    def wait() -> Iterator[Any]:
        try:
            yield from asyncio.sleep(3600)
        except asyncio.CancelledError:
            caught.append("cancelled")
            raise

    @old.coroutine
    def fail() -> Iterator[Any]:
        yield from asyncio.sleep(0)
        raise ValueError("no")

    async def main() -> None:
        task = asyncio.create_task(wait())
        with pytest.raises(ValueError, match="no"):
            await fail()
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    assert caught == ["cancelled"]


# ---- asyncio.Task ----


def test_tasks_stay_pythons_own(told: object) -> None:
    class MyTask(asyncio.Task[Any]):
        pass

    async def main() -> None:
        me = old.Task.current_task()
        assert me is asyncio.current_task()
        assert old.Task.all_tasks() == {me}
        assert isinstance(me, asyncio.Task)
        assert not isinstance(me, MyTask)
        assert not isinstance(asyncio.get_running_loop().create_future(), asyncio.Task)
        assert type(me).__module__ == "_asyncio"
        task = asyncio.Task(asyncio.sleep(0), name="a name")
        assert type(task) is type(me)
        assert "name='a name'" in repr(task)
        mine = MyTask(asyncio.sleep(0, "mine"))
        assert isinstance(mine, MyTask)
        assert isinstance(mine, asyncio.Task)
        assert issubclass(MyTask, asyncio.Task)
        assert issubclass(type(me), asyncio.Task)
        await task
        assert await mine == "mine"
        assert isinstance(asyncio.Task[int], types.GenericAlias)

    asyncio.run(main())
    assert repr(asyncio.Task) == "<class '_asyncio.Task'>"


# ---- loops and wait ----


def test_one_loop_after_another(told: object) -> None:
    loops = []
    for number in range(3):
        loop = asyncio.get_event_loop()
        assert loop.run_until_complete(asyncio.sleep(0, number)) == number
        assert asyncio.get_event_loop() is loop
        loop.close()
        loops.append(loop)
    assert len(set(loops)) == 3
    asyncio.run(asyncio.sleep(0))  # which leaves no current loop
    loop = asyncio.get_event_loop()
    assert loop not in loops
    loop.close()


def test_tasks_before_any_loop_runs(told: object) -> None:
    task = asyncio.ensure_future(asyncio.sleep(0, 1))
    gathered = asyncio.gather(asyncio.sleep(0, 2), asyncio.sleep(0, 3))
    loop = asyncio.get_event_loop()
    assert loop.run_until_complete(gathered) == [2, 3]
    assert task.result() == 1
    loop.close()


def test_wait_takes_coroutines(told: object) -> None:
    async def main() -> list[int]:
        coroutines = (asyncio.sleep(0, number) for number in range(3))
        done, pending = await old.wait(coroutines)
        assert not pending
        return sorted(task.result() for task in done)

    assert asyncio.run(main()) == [0, 1, 2]


def test_a_timeline_calls_it_wait(told: object) -> None:
    async def main() -> None:
        await asyncio.wait([asyncio.create_task(asyncio.sleep(1))])

    [life, _] = looplab.observe(main).lives
    assert "wait" in [span.reason for span in life.spans]


def test_wait_keeps_its_options_and_its_refusals(told: object) -> None:
    async def main() -> None:
        quick, slow = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(asyncio.sleep(9))
        done, pending = await asyncio.wait(
            [quick, slow], timeout=5, return_when=asyncio.FIRST_COMPLETED
        )
        assert (done, pending) == ({quick}, {slow})
        slow.cancel()
        with pytest.raises(TypeError, match="expect a list"):
            await old.wait(quick)
        with pytest.raises(ValueError, match="empty"):
            await asyncio.wait([])

    asyncio.run(main())


# ---- warnings ----


def test_each_spelling_warns_once_where_it_stands(told: list[warnings.WarningMessage]) -> None:
    for _ in range(2):

        @old.coroutine
        def main() -> Iterator[Any]:
            old.Task.current_task()
            return old.Task.all_tasks()
            yield

        asyncio.get_event_loop().run_until_complete(old.wait([main()]))
        asyncio.get_event_loop().close()
    found = {str(each.message).split(" is an old")[0]: each for each in told}
    assert len(found) == len(told)
    expected = {
        "@asyncio.coroutine": ("`async def`", "3.11", "@old.coroutine"),
        "asyncio.Task.all_tasks()": ("asyncio.all_tasks()", "3.9", "return old.Task"),
        "asyncio.Task.current_task()": ("asyncio.current_task()", "3.9", "old.Task.current"),
        "asyncio.wait() over coroutines": ("asyncio.create_task", "3.11", "old.wait"),
        "asyncio.get_event_loop() without a running loop, or ensure_future() or gather()": (
            "asyncio.run(main())",
            "3.14",
            "asyncio.get_event_loop().run",
        ),
    }
    assert found.keys() == expected.keys()
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    for spelling, (modern, version, line) in expected.items():
        message = str(found[spelling].message)
        assert found[spelling].category is DeprecationWarning
        assert modern in message
        assert f"Python {version} " in message
        assert found[spelling].filename == __file__
        assert line in lines[found[spelling].lineno - 1]


@pytest.mark.parametrize("call", ["ensure_future", "gather"])
def test_a_loop_that_asyncio_asks_for_warns_at_the_programs_line(
    told: list[warnings.WarningMessage], call: str
) -> None:
    future = getattr(asyncio, call)(asyncio.sleep(0))
    [warning] = told
    assert warning.filename == __file__
    loop = asyncio.get_event_loop()
    loop.run_until_complete(future)
    loop.close()


def test_todays_spellings_do_not_warn(told: list[warnings.WarningMessage]) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(asyncio.sleep(0))
        await asyncio.wait([task])
        await asyncio.gather(asyncio.sleep(0))
        assert asyncio.get_event_loop() is asyncio.get_running_loop()

    asyncio.run(main())
    loop = asyncio.new_event_loop()
    loop.close()
    assert told == []


# ---- enabling ----


def test_disable_leaves_everything_as_it_was() -> None:
    modules = asyncio, asyncio.coroutines, asyncio.events, asyncio.tasks
    before = [dict(vars(module)) for module in modules]
    legacy.enable()
    legacy.enable()
    assert before != [dict(vars(module)) for module in modules]
    legacy.disable()
    legacy.disable()
    assert before == [dict(vars(module)) for module in modules]


def test_other_threads_are_refused_a_loop_as_ever(told: object) -> None:
    async def main() -> Any:
        return await asyncio.to_thread(asyncio.get_event_loop)

    with pytest.raises(RuntimeError, match="no current event loop in thread"):
        asyncio.run(main())


@pytest.mark.parametrize("how", ["looplab.enable(legacy=True)", "looplab.legacy.enable()"])
def test_a_script_runs_the_old_spellings(how: str) -> None:
    done = script(f"""
        import asyncio, looplab.legacy
        {how}

        @asyncio.coroutine
        def double(number):
            yield from asyncio.sleep(0.01)
            return 2 * number

        loop = asyncio.get_event_loop()
        print(loop.run_until_complete(asyncio.gather(double(1), double(2))))
        loop.close()
        looplab.disable()
        print(hasattr(asyncio, "coroutine"))
    """)
    assert done.stdout == "[2, 4]\nFalse\n"
    assert done.stderr.count("DeprecationWarning") == 2
    assert not done.returncode


# ---- in a subject ----


def in_subject(*cells: str) -> list[Any]:
    """Return the outputs of each cell that a subject runs."""
    done = script(f"""
        from looplab.subject.serving import Notebook

        notebook = Notebook()
        for number, cell in enumerate({cells!r}, 1):
            outputs = notebook.run_cell(cell, number)
            print([(each.name or each.kind, each.text) for each in outputs])
    """)
    assert not done.stderr
    return [eval(line) for line in done.stdout.splitlines()]


def test_a_subject_runs_the_old_spellings() -> None:
    outputs = in_subject(
        "import asyncio, warnings; from looplab import enable; enable(legacy=True)\n"
        "warnings.simplefilter('ignore')",
        "loop = asyncio.get_event_loop()\n"
        "task = asyncio.ensure_future(asyncio.sleep(3600, 'done'))",
        "loop.run_until_complete(task)",
        "loop.stop(); loop.run_forever(); loop.close(); asyncio.get_event_loop() is loop",
        "await asyncio.gather(asyncio.sleep(1, 'awaited'))",
        "asyncio.get_event_loop().run_until_complete(asyncio.sleep(1, 'again'))",
        "await asyncio.sleep(0, asyncio.get_event_loop() is asyncio.get_running_loop())",
    )
    values = ["'done'", "False", "['awaited']", "'again'", "True"]
    assert outputs == [[], [], *([("result", value)] for value in values)]


def test_no_cell_ends_a_subjects_loop() -> None:
    outputs = in_subject(
        "import asyncio, warnings; warnings.simplefilter('ignore')",
        "asyncio.get_running_loop().stop()",
        "asyncio.get_running_loop().close()",
        "await asyncio.sleep(1, 'alive')",
    )
    assert outputs == [[], [], [], [("result", "'alive'")]]


@pytest.mark.parametrize("name", ["nest_asyncio", "nest_asyncio2"])
def test_a_subject_needs_no_nest(name: str) -> None:
    look = "asyncio.Task.__module__, asyncio.run(asyncio.sleep(1, 'ran')), hasattr(asyncio, 'x')"
    first, second, ran = in_subject(
        f"import asyncio\nimport {name}\n{name}.apply()",
        f"{name}.apply(asyncio.get_running_loop())",
        look.replace("'x'", "'_nest_patched'"),
    )
    [(stream, text)] = first
    assert (stream, "not needed" in text) == ("stderr", True)
    assert second == []
    assert ran == [("result", "('_asyncio', 'ran', False)")]
