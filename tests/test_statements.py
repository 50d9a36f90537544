"""What the lessons say of asyncio and show in no cell: each fails when it becomes false.

A statement is told in the words of its lesson. Seconds are virtual.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import pytest

from looplab import observe


async def tidies_up(seconds: float, ended: list[float]) -> None:
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(seconds)
        ended.append(seconds)


def test_01_awaiting_what_a_task_has_not_begun_fails_in_one_of_the_two() -> None:
    async def do_some_work(x: float) -> str:
        await asyncio.sleep(x)
        return f"done {x}"

    async def main() -> int:
        coroutine = do_some_work(2)
        task = asyncio.create_task(coroutine)
        failed = 0
        for each in (coroutine, task):
            with contextlib.suppress(asyncio.CancelledError):
                try:
                    await each
                except RuntimeError:
                    failed += 1
        return failed

    assert observe(main).result == 1


def test_01_with_a_yield_in_it_async_def_makes_no_coroutine_function() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1

    assert not asyncio.iscoroutine(numbers())


def test_02_a_stop_iteration_that_is_thrown_in_comes_out_as_a_runtime_error() -> None:
    def numbers() -> Iterator[int]:
        yield 1

    generator = numbers()
    next(generator)
    with pytest.raises(RuntimeError, match="StopIteration"):
        generator.throw(StopIteration())


def test_05_run_until_complete_takes_whatever_may_stand_after_await() -> None:
    class Awaitable:
        def __await__(self) -> Iterator[Any]:
            yield from asyncio.sleep(0).__await__()
            return "hello"

    loop = asyncio.new_event_loop()
    try:
        assert loop.run_until_complete(Awaitable()) == "hello"
    finally:
        loop.close()


def test_06_a_failing_task_cancels_the_block_of_its_group_too() -> None:
    reached = []

    async def fail() -> None:
        await asyncio.sleep(1)
        raise ValueError

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            await asyncio.sleep(9)
            reached.append("the line below")

    run = observe(main)
    assert run.duration == 1
    assert not reached


@pytest.mark.parametrize("wait", ["timeout", "wait"])
def test_07_in_debug_mode_the_thread_gets_the_error_and_the_waiter_waits_on(wait: str) -> None:
    raised = []

    async def main() -> bool:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        future: asyncio.Future[str] = loop.create_future()

        def fill() -> None:
            try:
                future.set_result("hello")
            except RuntimeError as error:
                raised.append(str(error))

        loop.call_soon(threading.Thread(target=fill).start)
        if wait == "timeout":
            async with asyncio.timeout(2):
                await future
        else:
            await asyncio.wait([future], timeout=2)
        return future.done()

    run = observe(main)
    assert "Non-thread-safe operation" in raised[0]
    assert run.duration == 2
    if wait == "timeout":
        assert run.deadlock
    else:
        assert run.result is True


@pytest.mark.parametrize(("wait", "tidied"), [("gather", []), ("wait", [2, 2])])
def test_09_gather_cancels_a_second_time_and_wait_does_not(wait: str, tidied: list[int]) -> None:
    ended: list[float] = []

    async def clean_up() -> None:
        tasks = [asyncio.create_task(tidies_up(2, ended)) for _ in range(2)]
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        if wait == "gather":
            await asyncio.gather(*tasks, return_exceptions=True)
        else:
            await asyncio.wait(tasks)

    async def main() -> None:
        cleaning = asyncio.create_task(clean_up())
        await asyncio.sleep(2)
        cleaning.cancel()
        await asyncio.sleep(5)

    observe(main)
    assert ended == tidied


def test_10_a_reader_between_two_writes_sees_what_never_was() -> None:
    accounts, seen = {"a": 100, "b": 0}, []

    async def transfer() -> None:
        accounts["a"] -= 10
        await asyncio.sleep(1)
        accounts["b"] += 10

    async def audit() -> None:
        await asyncio.sleep(0.5)
        seen.append(sum(accounts.values()))

    async def main() -> None:
        await asyncio.gather(transfer(), audit())

    observe(main)
    assert seen == [90]


@pytest.mark.parametrize("in_a_finally", [True, False])
def test_11_who_is_cancelled_stops_the_tasks_it_started_only_in_a_finally(
    in_a_finally: bool,
) -> None:
    async def produce(queue: asyncio.Queue[int]) -> None:
        for item in range(1000):
            await queue.put(item)

    async def producer_consumer(producers: list[asyncio.Task[None]]) -> None:
        queue = asyncio.Queue[int](1)
        producers.append(asyncio.create_task(produce(queue)))
        try:
            while True:
                await queue.get()
                await asyncio.sleep(1)
        finally:
            if in_a_finally:
                producers[0].cancel()
                await asyncio.wait(producers)

    async def main() -> bool:
        producers: list[asyncio.Task[None]] = []
        together = asyncio.create_task(producer_consumer(producers))
        await asyncio.sleep(5.5)
        together.cancel()
        await asyncio.wait([together])
        await asyncio.sleep(60)
        [producer] = producers
        stopped = producer.done()
        producer.cancel()
        return stopped

    assert observe(main).result is in_a_finally


@pytest.mark.parametrize(("clean_up", "left"), [(0, 1), (0.5, 4)])
def test_11_one_turn_of_the_old_recipe_ends_no_task_whose_clean_up_awaits(
    clean_up: float, left: int
) -> None:
    async def work(x: float) -> None:
        try:
            await asyncio.sleep(x)
        finally:
            if clean_up:
                await asyncio.sleep(clean_up)

    async def main() -> None:
        tasks = [asyncio.create_task(work(x)) for x in (1, 2, 4)]
        await asyncio.gather(*tasks)

    def press_ctrl_c() -> None:
        raise KeyboardInterrupt

    def recipe() -> int:
        loop = asyncio.new_event_loop()
        loop.call_later(0.5, press_ctrl_c)
        try:
            loop.run_until_complete(main())
        except KeyboardInterrupt:
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.stop()
            loop.run_forever()
        not_ended = asyncio.all_tasks(loop)
        loop.run_until_complete(asyncio.wait(not_ended))
        loop.close()
        return len(not_ended)

    assert observe(recipe).result == left


def test_11_requests_stay_counted_and_who_made_one_takes_it_back() -> None:
    async def fail() -> None:
        raise ValueError

    async def main() -> list[int]:
        me = asyncio.current_task()
        assert me is not None
        counted = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.sleep(9)
        counted.append(me.cancelling())
        with contextlib.suppress(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                await asyncio.sleep(9)
        counted.append(me.cancelling())
        me.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(9)
        return [*counted, me.cancelling(), me.uncancel()]

    assert observe(main).result == [0, 0, 1, 0]


def test_11_two_requests_before_a_turn_throw_one_cancelled_error() -> None:
    caught = []

    async def stubborn() -> None:
        for _ in range(2):
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                caught.append(asyncio.get_running_loop().time())

    async def main() -> int:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(1)
        task.cancel()
        task.cancel()
        await asyncio.wait([task])
        return task.cancelling()

    run = observe(main)
    assert (run.result, caught, run.duration) == (2, [1], 10)


def test_11_a_second_ctrl_c_cancels_every_task_once_more_and_waits_for_them() -> None:
    tidied = []

    async def tidies(what: str) -> None:
        try:
            await asyncio.sleep(9)
        finally:
            await asyncio.sleep(0.1)
            tidied.append(what)

    async def main() -> None:
        me, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert me is not None
        kept.append(asyncio.create_task(tidies("who is cancelled only at the end")))
        for seconds in (0.01, 0.05):
            loop.call_later(seconds, signal.raise_signal, signal.SIGINT)
        try:
            await tidies("main")
        finally:
            requests.append(me.cancelling())

    requests: list[int] = []
    kept: list[asyncio.Task[None]] = []
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    assert requests == [2]
    assert tidied == ["who is cancelled only at the end"]


def test_12_set_event_loop_itself_is_not_deprecated() -> None:
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)  # a warning is an error in these tests
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@pytest.mark.parametrize("ends", [asyncio.CancelledError, ValueError])
def test_13_a_group_hears_of_a_worker_that_fails_and_not_of_one_that_ends_cancelled(
    ends: Callable[[], BaseException],
) -> None:
    async def worker(todo: asyncio.Queue[int]) -> None:
        await asyncio.sleep(await todo.get())
        raise ends()

    async def main() -> None:
        todo: asyncio.Queue[int] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(worker(todo))
            todo.put_nowait(1)
            await todo.join()

    run = observe(main)
    assert bool(run.deadlock) == (ends is asyncio.CancelledError)


def test_13_one_task_done_too_many_lets_join_return_early_and_hits_another() -> None:
    told: list[str] = []

    async def twice(todo: asyncio.Queue[int]) -> None:
        await asyncio.sleep(await todo.get())
        todo.task_done()
        todo.task_done()

    async def innocent(todo: asyncio.Queue[int]) -> None:
        await asyncio.sleep(await todo.get())
        told.append("the work is done")
        try:
            todo.task_done()
        except ValueError:
            told.append("ValueError")

    async def main() -> None:
        todo: asyncio.Queue[int] = asyncio.Queue()
        workers: list[Coroutine[Any, Any, None]] = [twice(todo), innocent(todo)]
        tasks = [asyncio.create_task(worker) for worker in workers]
        for seconds in (1, 2):
            todo.put_nowait(seconds)
        await todo.join()
        told.append("join has returned")
        await asyncio.wait(tasks)

    observe(main)
    assert told == ["join has returned", "the work is done", "ValueError"]


@pytest.mark.parametrize("asks", [True, False])
def test_13_a_worker_that_nobody_cancelled_can_tell_and_raise_an_error_that_wakes_join(
    asks: bool,
) -> None:
    async def work(item: int) -> None:
        await asyncio.sleep(1)
        if item == 2:
            raise asyncio.CancelledError

    async def worker(todo: asyncio.Queue[int]) -> None:
        while True:
            item = await todo.get()
            try:
                await work(item)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if asks and task is not None and not task.cancelling():
                    raise RuntimeError("a work was cancelled, and not by us") from None
                raise
            todo.task_done()

    async def main() -> str:
        todo, woken = asyncio.Queue[int](), "join has returned"
        for item in (1, 2, 3):
            todo.put_nowait(item)
        try:
            async with asyncio.TaskGroup() as group:
                workers = [group.create_task(worker(todo)) for _ in range(2)]
                await todo.join()
                for each in workers:
                    each.cancel()
        except* RuntimeError:
            woken = "the error woke it"
        return woken

    run = observe(main)
    assert bool(run.deadlock) is not asks
    assert (run.result == "the error woke it") is asks
