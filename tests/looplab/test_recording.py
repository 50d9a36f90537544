"""`recording`: a block of a program, on its own loop and clock; and what a Run is asked."""

import asyncio
import contextvars
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import looplab
from looplab import Run, jobs, observe, recording
from looplab.pictures.describing import describe
from looplab.runs.run import NOTHING_SEEN
from looplab.runs.wire import WireError


async def one(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def both() -> None:
    await asyncio.gather(one(0.02), one(0.01))


def test_a_script_is_recorded() -> None:
    with recording("script") as run:
        asyncio.run(both())
    assert isinstance(run, Run)
    assert (run.program, run.clock, run.steps) == ("script", "real", 6)
    assert [life.function for life in run.lives] == ["both", "one", "one"]
    assert run.duration >= 0.02
    assert Run.from_json(json.loads(json.dumps(run.to_json()))) == run


def test_in_a_coroutine_only_what_the_block_starts_is_recorded() -> None:
    async def main() -> Run:
        stranger = asyncio.create_task(one(0.015), name="stranger")
        with recording() as run:
            await both()
            task = asyncio.create_task(one(60), name="left")
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([stranger, task])
        return run

    run = asyncio.run(main())
    assert [life.function for life in run.lives][1:] == ["one", "one", "one"]
    assert [(wait.task, wait.reason) for wait in run.leftovers] == [("left", "sleep(60)")]
    root = run.lives[0]
    assert (root.outcome, root.spans[-1].state) == ("pending", "running")
    assert [span.reason for span in root.spans if span.state == "waiting"] == ["gather of 2"]


def test_timers_that_were_there_before_stay_in_order() -> None:
    async def main() -> list[int]:
        loop, called = asyncio.get_running_loop(), list[int]()
        for number in range(8, 0, -1):
            loop.call_later(number / 1000, called.append, number)
        with recording():
            await one(0.02)
        return called

    assert asyncio.run(main()) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_task_may_end_while_it_is_recorded() -> None:
    async def main(stack: ExitStack) -> Run:
        run = stack.enter_context(recording())
        await one(0)
        return run

    with ExitStack() as stack:
        run = asyncio.run(main(stack))
    [life] = run.lives
    assert (life.function, life.outcome) == (main.__qualname__, "returned")


def test_a_run_has_no_fields_before_its_block_has_ended() -> None:
    with recording() as run, pytest.raises(AttributeError, match="read it after the `with"):
        _ = run.duration
    assert run.duration >= 0
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = run.colour  # type: ignore[attr-defined]  # what is tested


def test_what_leaves_the_block_is_the_error_of_the_run() -> None:
    with pytest.raises(ZeroDivisionError), recording() as run:
        raise ZeroDivisionError("out")
    assert run.error is not None
    assert str(run.error) == "ZeroDivisionError: out"


def test_the_loop_and_its_classes_are_as_they_were() -> None:
    before = [dict(vars(owner)) for owner in (asyncio.events, asyncio.BaseEventLoop, asyncio.Lock)]
    with recording():
        asyncio.run(both())
    after = [dict(vars(owner)) for owner in (asyncio.events, asyncio.BaseEventLoop, asyncio.Lock)]
    assert after == before


def test_a_long_recording_is_cut_and_says_so() -> None:
    async def gives_way() -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    with recording(limit=10) as run:
        asyncio.run(gives_way())
    assert run.steps == 101
    assert sum(span.state == "running" for span in run.lives[0].spans) == 10
    assert run.warnings == ("only the first 10 steps are in the record",)


BLOCKER = """
import asyncio, json, time
from looplab import recording

async def rude():
    await asyncio.sleep(0.01)
    time.sleep(0.25)  # line 7

async def heavy():
    until = time.perf_counter() + 0.25
    while time.perf_counter() < until:
        sum(range(1000))  # line 12

async def main():
    await asyncio.gather(rude(), heavy())

with recording() as run:
    asyncio.run(main())
print(json.dumps([[each.task, each.line] for each in run.blocked]))
print(json.dumps(sorted({turn.state for turn in run.loop()})))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the line is found with a signal of Unix")
def test_who_blocks_in_real_time_and_where(tmp_path: Path) -> None:
    program = tmp_path / "blocker.py"
    program.write_text(BLOCKER)
    path = str(Path(looplab.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, str(program)],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    blocked, states = map(json.loads, done.stdout.splitlines())
    assert [task for task, _ in blocked] == ["heavy", "rude"]
    assert blocked[0][1] in (11, 12)
    assert blocked[1][1] == 7
    assert states == ["blocked", "idle", "running"]


# What a Run is asked


async def three(job: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for i in range(3):
            group.create_task(job(i), name=f"job {i}")


RUN = observe(three, jobs([2, 1, 4]))


def test_one_recording_at_a_time() -> None:
    with recording("outer") as outer:
        with (
            pytest.raises(RuntimeError, match="A block is recorded already"),
            recording("inner"),
        ):
            raise AssertionError("not reached")
        asyncio.run(both())
    assert [life.function for life in outer.lives] == ["both", "one", "one"]
    with recording() as after:
        asyncio.run(both())
    assert len(after.lives) == 3


def test_what_is_observed_inside_is_in_its_own_run() -> None:
    async def main() -> Run:
        await asyncio.sleep(0)
        inner = observe(both)
        await asyncio.sleep(0)
        return inner

    with recording() as outer:
        inner = asyncio.run(main())
    assert [life.function for life in inner.lives] == ["both", "one", "one"]
    assert inner.duration == 0.02
    assert [life.name for life in outer.lives] == ["Task-1"]
    assert outer.steps == 3


class OtherLoop(asyncio.AbstractEventLoop):
    """A loop that runs handles of its own, as uvloop's does: as much of one as is used here."""

    def __init__(self) -> None:
        self._todo: list[tuple[Any, Any, Any]] = []

    def get_debug(self) -> bool:
        return False

    def is_closed(self) -> bool:
        return False

    def create_future(self) -> Any:
        return asyncio.Future(loop=self)

    def create_task(self, coroutine: Any, **kwargs: Any) -> Any:
        return asyncio.Task(coroutine, loop=self, **kwargs)

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        self._todo.append((callback, args, context or contextvars.copy_context()))

    def run_until_complete(self, coroutine: Any) -> Any:
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(coroutine)
            while not task.done():
                callback, args, context = self._todo.pop(0)
                context.run(callback, *args)
        finally:
            asyncio._set_running_loop(None)
        return task.result()


def test_a_loop_that_cannot_be_recorded_says_so() -> None:
    async def main() -> None:
        with recording():
            raise AssertionError("not reached")

    with pytest.raises(RuntimeError, match=r"This loop, a .*OtherLoop, runs handles of its own"):
        OtherLoop().run_until_complete(main())


def test_a_block_that_runs_such_a_loop_says_so() -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return 7

    with recording() as run:
        assert OtherLoop().run_until_complete(main()) == 7
    assert run.lives == ()
    assert run.warnings == (NOTHING_SEEN,)
    assert NOTHING_SEEN in describe(run)
    assert "uvloop" in NOTHING_SEEN
    assert Run.from_json(run.to_json()) == run


def test_overlap() -> None:
    assert RUN.overlap("job 0", "job 2") == 2
    assert RUN.overlap("job") == 2  # while at least two were under way
    assert observe(one, 3).overlap("one", "one") == 3
    with pytest.raises(LookupError, match="No life is named 'job 7'; there are Task-1, job 0"):
        RUN.overlap("job 7", "job 0")


def test_peak() -> None:
    assert (RUN.peak(), RUN.peak(of="jobs"), RUN.peak(of="job 1")) == (3, 3, 1)
    assert RUN.peak(of="nobody") == 0


def test_order_and_waits() -> None:
    assert RUN.order() == ("job 1", "job 0", "job 2", "Task-1")
    assert RUN.order(by="start") == ("Task-1", "job 0", "job 1", "job 2")
    assert [(span.reason, span.stop) for span in RUN.waits("job 1")] == [("job(1)", 1.0)]


def test_critical_path() -> None:
    (leg,) = RUN.critical_path()
    assert (leg.reason, leg.start, leg.stop) == ("job(2)", 0.0, 4.0)

    async def one_after_the_other() -> None:
        await one(1)
        await asyncio.gather(one(2), one(3))

    legs = observe(one_after_the_other).critical_path()
    assert [(leg.reason, leg.stop - leg.start) for leg in legs] == [
        ("sleep(1)", 1.0),
        ("sleep(3)", 3.0),
    ]


def test_what_the_loop_did() -> None:
    async def blocks() -> None:
        await asyncio.sleep(1)
        time.sleep(2)  # noqa: ASYNC251  # blocking is what it shows

    turns = [turn for turn in observe(blocks).loop() if turn.stop > turn.start]
    assert [(turn.state, turn.start, turn.stop) for turn in turns] == [
        ("idle", 0.0, 1.0),
        ("blocked", 1.0, 3.0),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": 1}, "two lives have the same id"),
        ({"created_by": 99}, "refers to a life that is not there"),
        ({"cancelled_by": 99}, "refers to a life that is not there"),
    ],
)
def test_a_run_that_refers_to_nobody_is_not_read(change: dict[str, Any], message: str) -> None:
    data = RUN.to_json()
    data["lives"][0] |= change
    with pytest.raises(WireError, match=message):
        Run.from_json(data)


@pytest.mark.parametrize("change", [{"start": 9.0}, {"first": 99}, {"stop": float("nan")}])
def test_a_run_with_spans_out_of_order_is_not_read(change: dict[str, Any]) -> None:
    data = RUN.to_json()
    data["lives"][1]["spans"][1] |= change
    with pytest.raises(WireError, match="out of order"):
        Run.from_json(data)
