"""The program's own callbacks are counted, told and drawn; asyncio's are not."""

import asyncio
import contextlib
import contextvars
import functools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from looplab import CheckFailed, Run, expect, observe, recording
from looplab.pictures.describing import describe
from looplab.pictures.perfetto import trace
from looplab.recorder.waiting import is_test
from looplab.runs.wire import WireError

SECONDS, EVERY = 4, 0.5
LOOKS = 9  # at 0, 0.5, ... 4 s


class Looker:
    """Looks every half second whether a task is done, and never awaits it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.task = self.loop.create_task(asyncio.sleep(SECONDS))
        self.seen = self.loop.create_future()

    def done(self) -> bool:
        if self.task.done() and not self.seen.done():
            self.seen.set_result(None)
        return self.task.done()

    def look(self, *_: Any) -> None:
        if not self.done():
            self.loop.call_later(EVERY, self.look)

    def look_at(self) -> None:
        if not self.done():
            self.loop.call_at(self.loop.time() + EVERY, self.look_at)

    def partly(self, _: int) -> None:
        if not self.done():
            self.loop.call_later(EVERY, functools.partial(self.partly), 1)

    def in_context(self) -> None:
        if not self.done():
            self.loop.call_later(EVERY, contextvars.copy_context().run, self.in_context)

    def by_futures(self, _: Any = None) -> None:
        if not self.done():
            future = self.loop.create_future()
            future.add_done_callback(self.by_futures)
            self.loop.call_later(EVERY, future.set_result, None)

    def threadsafe(self) -> None:
        if not self.done():
            self.loop.call_later(EVERY, self.loop.call_soon_threadsafe, self.threadsafe)

    def __call__(self) -> None:
        if not self.done():
            self.loop.call_later(EVERY, self)


WAYS: dict[str, Callable[[Looker], Any]] = {
    "call_later": Looker.look,
    "call_at": Looker.look_at,
    "partial": lambda looker: looker.partly(1),
    "in a context": Looker.in_context,
    "done callbacks": Looker.by_futures,
    "call_soon_threadsafe": Looker.threadsafe,
    "an object": Looker.__call__,
}


def last(name: str) -> str:
    return name.rpartition(".")[2]


async def polls(way: Callable[[Looker], Any]) -> None:
    looker = Looker()
    way(looker)
    await looker.seen


@pytest.mark.parametrize("way", WAYS)
def test_a_poll_by_callbacks_counts(way: str) -> None:
    run = observe(polls, WAYS[way])
    assert run.steps <= 4
    assert run.callbacks == sum(tick.counts for tick in run.ticks) >= LOOKS - 1
    with pytest.raises(CheckFailed, match=r"its tasks ran \d times and its callbacks \d times"):
        expect(run).ran_at_most(run.steps + LOOKS - 2)
    expect(run).ran_at_most(run.steps + run.callbacks)


def test_a_poll_at_each_turn_counts() -> None:
    async def main() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def look(left: int) -> None:
            if left:
                loop.call_soon(look, left - 1)
            else:
                ended.set_result(None)

        look(4_999)
        await ended

    run = observe(main)
    assert (run.callbacks, len(run.ticks), run.steps) == (4_999, 3_000, 2)
    assert "only the first 3,000 callbacks are in the record" in run.warnings
    assert "ran 4,999 callbacks: look 3,000 times" in describe(run)


def test_an_event_that_a_timer_sets_again_and_again_counts() -> None:
    async def main() -> None:
        looker, event = Looker(), asyncio.Event()
        while not looker.task.done():
            looker.loop.call_later(EVERY, event.set)
            await event.wait()
            event.clear()

    run = observe(main)
    # The timer only wakes the task, and it is the task that looks.
    assert run.callbacks == 0
    assert run.steps >= LOOKS


async def quiet() -> None:
    """Use much of asyncio, and none of its callbacks."""
    loop, queue, lock = asyncio.get_running_loop(), asyncio.Queue[int](1), asyncio.Lock()

    async def work(number: int) -> None:
        async with lock:
            await asyncio.sleep(1)
        await queue.put(number)

    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(work(number))
        for _ in range(3):
            await queue.get()
    await asyncio.gather(work(1), queue.get())
    await asyncio.wait([loop.create_task(work(2)), loop.create_task(queue.get())])
    async with asyncio.timeout(9):
        await asyncio.sleep(1)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(5), 1)
    for each in asyncio.as_completed([asyncio.sleep(1), asyncio.sleep(2)]):
        await each
    await asyncio.shield(asyncio.sleep(1))
    await asyncio.to_thread(abs, -1)
    task = loop.create_task(asyncio.sleep(9))
    loop.call_soon(task.cancel)
    await asyncio.wait([task])
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


def test_what_asyncio_runs_for_itself_does_not_count() -> None:
    run = observe(quiet)
    assert run.error is None
    # The server's callback is called with each connection, in a turn of asyncio's own.
    assert run.callbacks == 0, run.ticks
    assert [(tick.name, tick.counts) for tick in run.ticks] == [("time limit", False)]


@pytest.mark.parametrize("way", ["timeout", "wait", "wait_for", "as_completed"])
def test_each_time_limit_is_noted_when_it_is_over(way: str) -> None:
    async def limited() -> None:
        with contextlib.suppress(TimeoutError):
            if way == "timeout":
                async with asyncio.timeout(2):
                    await asyncio.sleep(5)
            elif way == "wait":
                await asyncio.wait([asyncio.create_task(asyncio.sleep(5))], timeout=2)
            elif way == "wait_for":
                await asyncio.wait_for(asyncio.sleep(5), 2)
            else:
                for each in asyncio.as_completed([asyncio.sleep(5)], timeout=2):
                    await each

    run = observe(limited)
    assert [(tick.name, tick.timer, tick.start) for tick in run.ticks] == [("time limit", True, 2)]
    assert run.callbacks == 0


def test_a_method_of_asyncios_as_a_timer_is_noted_and_does_not_count() -> None:
    async def main() -> None:
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        future = loop.create_future()
        loop.call_later(1, functools.partial(future.set_result, "soup"))
        loop.call_later(2, event.set)
        await future
        await event.wait()

    run = observe(main)
    assert [tick.name for tick in run.ticks] == ["Future.set_result", "Event.set"]
    assert run.callbacks == 0


def test_with_a_real_clock_it_is_the_same() -> None:
    with recording() as run:
        asyncio.run(quiet_for_a_moment())
    assert run.error is None
    assert [last(tick.name) for tick in run.ticks] == ["ring", "ring"]
    ring = run.ticks[0]
    assert ring.stop - ring.start >= 0.15
    assert ("running", None) in [(turn.state, turn.life) for turn in run.loop()]
    assert ("blocked", None) in [(turn.state, turn.life) for turn in run.loop()]
    assert [each.task for each in run.blocked] == ["a callback"]


async def quiet_for_a_moment() -> None:
    loop = asyncio.get_running_loop()

    def ring(seconds: float) -> None:
        time.sleep(seconds)

    loop.call_soon(ring, 0.15)
    loop.call_later(0.2, ring, 0.01)
    await asyncio.sleep(0.25)


async def rings() -> None:
    loop = asyncio.get_running_loop()

    def ring() -> None:
        loop.call_soon(answer)

    def answer() -> None:
        pass

    loop.call_later(1, ring)
    loop.call_later(2, time.sleep, 3)
    await asyncio.create_task(asyncio.sleep(6), name="sleeper")


def test_it_is_told_what_ran_and_when() -> None:
    run = observe(rings)
    ticks = [(last(tick.name), tick.start, tick.stop, tick.timer) for tick in run.ticks]
    assert ticks == [
        ("ring", 1, 1, True),
        ("answer", 1, 1, False),
        ("sleep", 2, 5, True),
    ]
    assert [tick.asked_by for tick in run.ticks] == [0, None, 0]
    assert "event loop: ran 3 callbacks: ring at 1 s, answer at 1 s, sleep at 2 s" in describe(run)
    assert [(turn.state, turn.start, turn.stop) for turn in run.loop() if turn.start > 0] == [
        ("running", 1, 1),
        ("running", 1, 1),
        ("idle", 1, 2),
        ("blocked", 2, 5),
        ("idle", 5, 6),
        ("running", 6, 6),
        ("running", 6, 6),
    ]
    assert run.loop()[-2].life is not None


def test_the_trace_shows_them_on_the_loops_track() -> None:
    events = trace(observe(rings))["traceEvents"]
    events = [each for each in events if each.get("cat") == "callback"]
    assert [(each["name"], each["ph"], each["tid"]) for each in events] == [
        ("ring", "i", 0),
        ("answer", "i", 0),
        ("sleep", "X", 0),
    ]
    assert events[2]["dur"] == 3_000_000
    assert events[0]["args"] == {"timer": True, "asked by": "rings"}


def test_the_picture_shows_them() -> None:
    figure = observe(rings).timeline()
    assert "a callback" in [text.get_text() for text in figure.texts]
    nothing = observe(asyncio.sleep, 1).timeline()
    assert "a callback" not in [text.get_text() for text in nothing.texts]


def test_a_tests_own_callbacks_do_not_count() -> None:
    filename = "<a test of this test>"
    source = """
async def scenario(program):
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: None)
    loop.call_soon(program)
    await asyncio.sleep(1)
"""
    names: dict[str, Any] = {"asyncio": asyncio}
    is_test(filename)
    exec(compile(source, filename, "exec"), names)

    def of_the_program() -> None:
        pass

    run = observe(names["scenario"], of_the_program)
    assert [last(tick.name) for tick in run.ticks] == ["of_the_program"]


@pytest.mark.skipif(sys.platform == "win32", reason="it reads from a pipe")
def test_a_reader_is_a_callback() -> None:
    async def main() -> None:
        loop, (out, into) = asyncio.get_running_loop(), os.pipe()
        got = loop.create_future()
        loop.add_reader(out, lambda: (loop.remove_reader(out), got.set_result(os.read(out, 9))))
        os.write(into, b"x")
        await got
        os.close(out)
        os.close(into)

    assert observe(main).callbacks == 1


def test_a_thread_that_calls_back_is_named() -> None:
    async def main() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def tell() -> None:
            ended.set_result(None)

        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(tell,))
        thread.start()
        await ended
        thread.join()

    run = observe(main)
    assert [last(tick.name) for tick in run.ticks] == ["tell"]


def test_in_a_task_only_its_own_are_recorded() -> None:
    async def main() -> Run:
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, lambda: None)
        with recording() as run:
            loop.call_later(0.02, print_nothing)
            await asyncio.sleep(0.04)
        return run

    assert [tick.name for tick in asyncio.run(main()).ticks] == ["print_nothing"]


def print_nothing() -> None:
    pass


def test_one_that_fails_or_cancels_itself_counts_too() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        def fails() -> None:
            raise ValueError("no")

        def cancels() -> None:
            handle.cancel()

        loop.call_soon(fails)
        handle = loop.call_soon(cancels)
        await asyncio.sleep(1)

    run = observe(main)
    assert [last(tick.name) for tick in run.ticks] == ["fails", "cancels"]
    assert any("ValueError" in each for each in run.warnings)


def test_one_that_is_interrupted_is_in_the_record() -> None:
    def interrupts() -> None:
        raise KeyboardInterrupt

    async def main() -> None:
        asyncio.get_running_loop().call_soon(interrupts)
        await asyncio.sleep(1)

    with pytest.raises(KeyboardInterrupt), recording() as run:
        asyncio.run(main())
    assert [last(tick.name) for tick in run.ticks] == ["interrupts"]
    assert run.warnings == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"callbacks": 1}, "it counts less than happened"),
        ({"steps": -1}, "it counts less than happened"),
        ({"callbacks": 2.5}, "int was expected"),
    ],
)
def test_a_forged_count_is_refused(change: dict[str, Any], told: str) -> None:
    data = json.loads(json.dumps(observe(rings).to_json()))
    with pytest.raises(WireError, match=told):
        Run.from_json({**data, **change})


@pytest.mark.parametrize(
    "change",
    [{"asked_by": 99}, {"start": 1.5}, {"stop": 0.5}, {"step": -1}, {"timer": 1}, {"counts": 1}],
)
def test_a_forged_callback_is_refused(change: dict[str, Any]) -> None:
    data = json.loads(json.dumps(observe(rings).to_json()))
    assert Run.from_json(data).ticks
    data["ticks"][0] = {**data["ticks"][0], **change}
    with pytest.raises(WireError):
        Run.from_json(data)


def test_a_run_of_the_schema_before_is_refused() -> None:
    run = replace(observe(rings), schema=2)
    with pytest.raises(WireError, match="The run has schema 2; this looplab reads 5"):
        Run.from_json(run.to_json())


class _Calls:
    def __call__(self) -> None:
        """Do nothing."""


class _SaysItIsAsyncios(_Calls):
    __module__ = "_asyncio"
    __code__ = asyncio.sleep.__code__

    def __init__(self, future: asyncio.Future[None]) -> None:
        self.__self__, self.__qualname__ = future, "sleep"


def test_what_a_callback_says_of_itself_does_not_count() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(_SaysItIsAsyncios(loop.create_future()))
        loop.call_soon(functools.partial(_SaysItIsAsyncios(loop.create_future())))
        loop.call_later(1, _SaysItIsAsyncios(loop.create_future()))
        await asyncio.sleep(2)

    assert observe(main).callbacks == 3
