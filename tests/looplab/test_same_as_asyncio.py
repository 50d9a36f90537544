"""What `observe` says of a program is what asyncio does with it, on a real clock.

Each program of the table runs twice: observed, on virtual time, and by `asyncio.run`. What it
returns or raises, what it prints and in which order, whom it leaves behind and how long it takes
must be the same.

A real clock is at the mercy of the machine: where the two differ, the program runs again with
longer times, for the machine may have been busy. Only what differs each time is a difference.

`DIFFERENT` names what differs on purpose, and why.
"""

# The programs do what they are here to do, good or bad.
# ruff: noqa: ASYNC110, ASYNC251, PERF401, RUF006

import asyncio
import contextlib
import contextvars
import gc
import inspect
import io
import sys
import threading
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from looplab import observe
from looplab.recorder.notes import is_default
from looplab.runs.failures import Failure, describe_exception

UNITS = (0.01, 0.03, 0.1, 0.3)
"""Seconds that a program counts as one; the longer ones only where the shorter have not done."""

Program = Callable[[float], Awaitable[Any]]
PROGRAMS: dict[str, Program] = {}
UNTIMED = set[str]()
"""Programs that wait for a thread or for input: on virtual time that takes none."""


def same(program: Program) -> Program:
    PROGRAMS[program.__name__] = program
    return program


def untimed(program: Program) -> Program:
    UNTIMED.add(program.__name__)
    return same(program)


async def after(seconds: float, value: Any = None) -> Any:
    await asyncio.sleep(seconds)
    return value


async def say(seconds: float, word: str) -> str:
    await asyncio.sleep(seconds)
    print(word)
    return word


async def fail(seconds: float, error: BaseException) -> None:
    await asyncio.sleep(seconds)
    raise error


async def tidy(seconds: float, word: str, cleaning: float = 0) -> None:
    try:
        await asyncio.sleep(seconds)
        print(word, "done")
    except asyncio.CancelledError:
        await asyncio.sleep(cleaning)
        print(word, "cancelled")
        raise


# Sleeping, and who runs when


@same
async def sleeps_in_turn(unit: float) -> list[str]:
    return [await say(unit, "a"), await say(2 * unit, "b")]


@same
async def gives_way(unit: float) -> None:
    async def count(name: str) -> None:
        for number in range(3):
            print(name, number)
            await asyncio.sleep(0)

    await asyncio.gather(count("a"), count("b"), count("c"))


@same
async def sleeps_less_than_nothing(unit: float) -> str:
    await asyncio.sleep(-5)
    return "at once"


@same
async def wakes_in_the_order_of_time(unit: float) -> None:
    await asyncio.gather(*(say(n * unit, f"after {n}") for n in (3, 1, 2)))


@same
async def calls_the_loop_back(unit: float) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(2 * unit, print, "two")
    loop.call_at(loop.time() + unit, print, "one")
    loop.call_soon(print, "soon")
    loop.call_later(unit, print, "never").cancel()
    loop.call_soon(loop.call_soon, print, "a turn later")
    print("first")
    await asyncio.sleep(3 * unit)


@same
async def a_chain_of_timers(unit: float) -> int:
    loop, ended = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def tick(left: int) -> None:
        print(left)
        if left:
            loop.call_later(unit, tick, left - 1)
        else:
            ended.set_result(7)

    tick(3)
    return int(await ended)


@same
async def blocks_the_others(unit: float) -> None:
    task = asyncio.create_task(say(unit, "due long ago"))
    await asyncio.sleep(0)
    time.sleep(3 * unit)
    print("blocked")
    await task


@same
async def polls_a_clock(unit: float) -> bool:
    end = datetime.now() + timedelta(seconds=3 * unit)
    begun = time.monotonic()
    while datetime.now() < end:
        await asyncio.sleep(unit / 4)
    return time.monotonic() - begun >= 2.9 * unit


@same
async def an_error_in_a_callback_stops_nobody(unit: float) -> str:
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    return await say(unit, "goes on")


# Gathering and waiting


@same
async def gathers_in_order(unit: float) -> list[Any]:
    return await asyncio.gather(after(2 * unit, "slow"), after(unit, "fast"), after(0, "now"))


@same
async def gathers_nothing(unit: float) -> list[Any]:
    return list(await asyncio.gather())


@same
async def gathers_an_error_and_leaves_the_rest(unit: float) -> None:
    async def main() -> None:
        await asyncio.gather(fail(unit, KeyError("price")), say(2 * unit, "late"))

    await main()


@same
async def gathers_errors_as_results(unit: float) -> list[str]:
    both = await asyncio.gather(
        fail(unit, ValueError("no")), after(2 * unit, 1), return_exceptions=True
    )
    return [repr(each) for each in both]


@same
async def cancels_a_gather(unit: float) -> str:
    both = asyncio.gather(tidy(5 * unit, "a"), tidy(5 * unit, "b"))
    asyncio.get_running_loop().call_later(unit, both.cancel)
    try:
        await both
    except asyncio.CancelledError:
        return "cancelled"
    return "not"


@same
async def waits_for_the_first(unit: float) -> list[int]:
    tasks = [asyncio.create_task(after(n * unit, n), name=f"wait {n}") for n in (3, 1, 2)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(sorted(each.get_name() for each in pending))
    return [each.result() for each in done]


@same
async def waits_for_the_first_error(unit: float) -> tuple[int, int]:
    tasks = [
        asyncio.create_task(each, name="waiter")
        for each in (after(unit), fail(2 * unit, OSError("gone")), after(9 * unit))
    ]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    return len(done), len(pending)


@same
async def waits_no_longer_than_that(unit: float) -> list[bool]:
    tasks = [asyncio.create_task(after(n * unit), name=f"for {n}") for n in (1, 5)]
    await asyncio.wait(tasks, timeout=2 * unit)
    return [task.done() for task in tasks]


@same
async def waits_for_nothing(unit: float) -> None:
    await asyncio.wait([])


@same
async def takes_them_as_they_come(unit: float) -> list[int]:
    coroutines = [after(n * unit, n) for n in (3, 1, 2)]
    return [await each for each in asyncio.as_completed(coroutines)]


@same
async def takes_what_comes_in_time(unit: float) -> list[Any]:
    got = []
    tasks = [asyncio.create_task(after(n * unit, n), name=f"n{n}") for n in (1, 9)]
    try:
        for each in asyncio.as_completed(tasks, timeout=3 * unit):
            got.append(await each)
    except TimeoutError:
        got.append("too late")
    return got


# Groups


@same
async def a_group_waits_for_all(unit: float) -> list[int]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(after(n * unit, n)) for n in (2, 1)]
    return [task.result() for task in tasks]


@same
async def a_group_ends_with_the_first_error(unit: float) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(tidy(9 * unit, "sibling", cleaning=unit))
        group.create_task(fail(unit, ValueError("no")))


@same
async def a_group_holds_more_than_one_error(unit: float) -> None:
    async def fails_while_it_cleans() -> None:
        try:
            await asyncio.sleep(9 * unit)
        finally:
            raise OSError("and no")

    async with asyncio.TaskGroup() as group:
        group.create_task(fails_while_it_cleans())
        group.create_task(fail(unit, ValueError("no")))


@same
async def a_group_in_a_group(unit: float) -> None:
    async with asyncio.TaskGroup() as outer:
        outer.create_task(tidy(5 * unit, "outer"))
        async with asyncio.TaskGroup() as inner:
            inner.create_task(tidy(5 * unit, "inner"))
            await fail(unit, KeyError("body"))


@same
async def a_group_that_has_ended(unit: float) -> None:
    async with asyncio.TaskGroup() as group:
        pass
    coroutine = after(unit)
    try:
        group.create_task(coroutine)
    finally:
        coroutine.close()


@same
async def a_group_whose_body_is_cancelled(unit: float) -> str:
    async def body() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(tidy(9 * unit, "child"))
            await asyncio.sleep(9 * unit)

    task = asyncio.create_task(body())
    await asyncio.sleep(unit)
    task.cancel()
    await asyncio.wait([task])
    return "cancelled" if task.cancelled() else "not"


# Time limits


@same
async def in_time(unit: float) -> Any:
    async with asyncio.timeout(3 * unit):
        return await after(unit, "in time")


@same
async def too_late(unit: float) -> None:
    async with asyncio.timeout(unit):
        await tidy(5 * unit, "slow", cleaning=unit)


@same
async def no_time_at_all(unit: float) -> None:
    async with asyncio.timeout(0):
        await after(unit)


@same
async def the_inner_limit_is_over_first(unit: float) -> str:
    async with asyncio.timeout(3 * unit):
        try:
            async with asyncio.timeout(unit):
                await after(9 * unit)
        except TimeoutError:
            print("inner")
        await after(unit)
    return "outer in time"


@same
async def the_outer_limit_is_over_first(unit: float) -> str:
    try:
        async with asyncio.timeout(unit):
            async with asyncio.timeout(9 * unit) as inner:
                await after(9 * unit)
    except TimeoutError:
        return f"outer, and inner {inner.expired()}"
    return "none"


@same
async def a_limit_that_is_put_off(unit: float) -> str:
    async with asyncio.timeout(unit) as limit:
        limit.reschedule(asyncio.get_running_loop().time() + 5 * unit)
        return await say(2 * unit, "in time after all")


@same
async def waits_for_in_time(unit: float) -> Any:
    return await asyncio.wait_for(after(unit, 1), 5 * unit)


@same
async def waits_for_in_vain(unit: float) -> None:
    await asyncio.wait_for(tidy(9 * unit, "slow", cleaning=unit), unit)


@same
async def waits_for_no_time(unit: float) -> None:
    await asyncio.wait_for(after(unit), 0)


# Cancelling


@same
async def cancels_a_sleeper(unit: float) -> list[bool]:
    task = asyncio.create_task(tidy(9 * unit, "sleeper", cleaning=unit))
    await asyncio.sleep(unit)
    told = [task.cancel(), task.cancelled()]
    await asyncio.wait([task])
    return [*told, task.cancelled(), task.cancel()]


@same
async def cancels_who_has_not_begun(unit: float) -> bool:
    task = asyncio.create_task(tidy(unit, "never"))
    task.cancel()
    await asyncio.wait([task])
    return task.cancelled()


@same
async def a_cancellation_is_swallowed(unit: float) -> tuple[Any, int]:
    async def stubborn() -> str:
        try:
            await asyncio.sleep(9 * unit)
        except asyncio.CancelledError:
            print("not me")
        return await after(unit, "went on")

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(unit)
    task.cancel()
    return await task, task.cancelling()


@same
async def is_cancelled_while_it_cleans(unit: float) -> bool:
    task = asyncio.create_task(tidy(9 * unit, "twice", cleaning=9 * unit))
    for _ in range(2):
        await asyncio.sleep(unit)
        task.cancel()
    await asyncio.wait([task])
    return task.cancelled()


@same
async def the_reason_of_a_cancellation(unit: float) -> str:
    task = asyncio.create_task(after(9 * unit))
    await asyncio.sleep(0)
    task.cancel("enough")
    try:
        await task
    except asyncio.CancelledError as error:
        return repr(error.args)
    return "none"


@same
async def cancels_itself(unit: float) -> None:
    raise asyncio.CancelledError("by hand")


@same
async def a_shield_keeps_what_is_inside(unit: float) -> str:
    inner = asyncio.create_task(tidy(3 * unit, "inner"))
    outer = asyncio.create_task(asyncio.wait_for(asyncio.shield(inner), 9 * unit))
    await asyncio.sleep(unit)
    outer.cancel()
    await asyncio.wait([outer])
    print("outer", outer.cancelled())
    await inner
    return "inner done"


@same
async def a_cancelled_future(unit: float) -> None:
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(unit, future.cancel)
    await future


# Tasks, their names, and who is left


@same
async def leaves_tasks_behind(unit: float) -> str:
    # Which of the two is cancelled first, at the end, is for a set to say.
    asyncio.create_task(tidy(9 * unit, "one of them"), name="a name")
    asyncio.create_task(tidy(9 * unit, "one of them"))
    await asyncio.sleep(unit)
    return "ended"


@same
async def leaves_one_that_has_not_begun(unit: float) -> None:
    asyncio.create_task(say(unit, "never said"), name="unborn")


@same
async def leaves_one_that_is_being_cancelled(unit: float) -> None:
    task = asyncio.create_task(tidy(9 * unit, "half way", cleaning=unit), name="going")
    await asyncio.sleep(unit)
    task.cancel()


@same
async def leaves_a_generator_open(unit: float) -> int:
    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(9):
                yield number
                await asyncio.sleep(unit)
        finally:
            print("closed")

    async for number in numbers():
        if number == 2:
            return number
    return -1


@same
async def fails_and_leaves_one(unit: float) -> None:
    asyncio.create_task(tidy(9 * unit, "left"), name="left")
    await fail(unit, KeyError("price"))


@same
async def knows_its_name(unit: float) -> str:
    async def name() -> str:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("renamed")
        return task.get_name()

    return await asyncio.create_task(name(), name="first")


@same
async def nobody_looks_at_an_error(unit: float) -> str:
    asyncio.create_task(fail(0, ValueError("unseen")))
    await asyncio.sleep(unit)
    return "fine"


@same
async def done_callbacks_come_in_order(unit: float) -> None:
    task = asyncio.create_task(say(unit, "task"))
    for number in range(3):
        task.add_done_callback(lambda _, number=number: print("callback", number))  # type: ignore[misc]
    await task
    print("awaited")
    await asyncio.sleep(0)


@same
async def two_await_one(unit: float) -> list[Any]:
    task = asyncio.create_task(after(unit, "one result"))

    async def waits(name: str) -> Any:
        result = await task
        print(name)
        return result

    return await asyncio.gather(waits("a"), waits("b"))


@same
async def each_task_has_its_own_context(unit: float) -> list[int]:
    variable = contextvars.ContextVar("variable", default=0)

    async def change(value: int) -> int:
        variable.set(value)
        await asyncio.sleep(unit)
        return variable.get()

    return [*await asyncio.gather(change(1), change(2)), variable.get()]


# Locks, queues and the like


@same
async def a_lock_is_fair(unit: float) -> None:
    lock = asyncio.Lock()

    async def use(name: str) -> None:
        async with lock:
            await say(unit, name)

    await asyncio.gather(*map(use, "abc"))


@same
async def an_event_wakes_all(unit: float) -> list[Any]:
    event = asyncio.Event()

    async def waits(name: str) -> bool:
        await event.wait()
        print(name)
        return event.is_set()

    asyncio.get_running_loop().call_later(unit, event.set)
    return await asyncio.gather(*map(waits, "abc"))


@same
async def a_condition_wakes_as_many_as_it_is_told(unit: float) -> None:
    condition = asyncio.Condition()

    async def waits(name: str) -> None:
        async with condition:
            await condition.wait()
            print(name)

    tasks = [asyncio.create_task(waits(name), name=name) for name in "abc"]
    await asyncio.sleep(unit)
    async with condition:
        condition.notify(2)
    await asyncio.wait(tasks, timeout=unit)


@same
async def a_semaphore_lets_two_in(unit: float) -> None:
    places = asyncio.Semaphore(2)

    async def use(name: str) -> None:
        async with places:
            await say(unit, name)

    await asyncio.gather(*map(use, "abcd"))


@same
async def a_semaphore_with_bounds(unit: float) -> None:
    places = asyncio.BoundedSemaphore(1)
    await places.acquire()
    places.release()
    places.release()


@same
async def a_queue_with_room_for_one(unit: float) -> list[int]:
    queue = asyncio.Queue[int](1)

    async def produce() -> None:
        for number in range(4):
            await queue.put(number)
            print("put", number)

    task = asyncio.create_task(produce())
    got = []
    for _ in range(4):
        await asyncio.sleep(unit)
        got.append(await queue.get())
    await task
    return got


@same
async def a_queue_that_is_joined(unit: float) -> None:
    queue = asyncio.Queue[int]()

    async def work(name: str) -> None:
        while True:
            number = await queue.get()
            await say(number * unit, f"{name} {number}")
            queue.task_done()

    workers = [asyncio.create_task(work(name), name=name) for name in "ab"]
    for number in (2, 1, 3):
        queue.put_nowait(number)
    await queue.join()
    for worker in workers:
        worker.cancel()


@same
async def a_barrier(unit: float) -> list[Any]:
    barrier = asyncio.Barrier(3)

    async def come(after_units: int) -> int:
        await asyncio.sleep(after_units * unit)
        place = await barrier.wait()
        print("through", place)
        return place

    return await asyncio.gather(*map(come, (2, 0, 1)))


@same
async def a_broken_barrier(unit: float) -> list[str]:
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(barrier.wait()) for _ in range(2)]
    await asyncio.sleep(unit)
    await barrier.abort()
    both = await asyncio.gather(*tasks, return_exceptions=True)
    return [repr(each) for each in both]


# Errors


@same
async def an_error_of_its_own(unit: float) -> None:
    try:
        await fail(unit, KeyError("price"))
    except KeyError as error:
        raise ValueError("no price") from error


@same
async def a_task_ends_in_generator_exit(unit: float) -> list[Any]:
    task = asyncio.create_task(fail(unit, GeneratorExit("left")))
    await asyncio.wait([task])
    return [task.cancelled(), repr(task.exception())]


@same
async def a_group_meets_generator_exit(unit: float) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(tidy(9 * unit, "sibling"))
        group.create_task(fail(unit, GeneratorExit("left")))


@same
async def catches_generator_exit(unit: float) -> str:
    task = asyncio.create_task(fail(unit, GeneratorExit("left")))
    try:
        await task
    except GeneratorExit as error:
        return repr(error)
    return "none"


@same
async def catches_generator_exit_of_many(unit: float) -> str:
    try:
        await asyncio.gather(after(2 * unit), fail(unit, GeneratorExit("left")))
    except BaseException as error:
        return repr(error)
    return "none"


@same
async def ends_in_generator_exit(unit: float) -> None:
    await fail(unit, GeneratorExit("left"))


@same
async def a_base_exception(unit: float) -> None:
    await fail(unit, BaseException("bare"))


@same
async def a_task_exits(unit: float) -> None:
    asyncio.create_task(fail(unit, SystemExit(3)))
    await tidy(9 * unit, "main")


@same
async def stops_an_iteration(unit: float) -> None:
    raise StopIteration


@same
async def awaits_one_coroutine_twice(unit: float) -> None:
    coroutine = after(unit)
    await coroutine
    await coroutine


@same
async def asks_too_early(unit: float) -> None:
    task = asyncio.create_task(after(unit), name="early")
    task.result()


@same
async def fills_a_future_twice(unit: float) -> None:
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    future.set_result(2)


@same
async def runs_a_loop_inside(unit: float) -> None:
    coroutine = after(unit)
    try:
        asyncio.run(coroutine)
    finally:
        coroutine.close()


@same
async def awaits_what_cannot_be(unit: float) -> None:
    await 7  # type: ignore[misc]


@same
async def ends_what_it_has_opened(unit: float) -> None:
    @contextlib.asynccontextmanager
    async def opened(name: str) -> AsyncIterator[None]:
        print("open", name)
        try:
            yield
        finally:
            await say(unit, f"close {name}")

    async with contextlib.AsyncExitStack() as stack:
        for name in "ab":
            await stack.enter_async_context(opened(name))
        raise KeyError("inside")


# Threads and sockets


@untimed
async def asks_a_thread(unit: float) -> Any:
    def work(value: int) -> int:
        time.sleep(unit)
        return value * 2

    return await asyncio.gather(asyncio.to_thread(work, 1), asyncio.to_thread(work, 2))


@untimed
async def a_thread_fails(unit: float) -> None:
    await asyncio.get_running_loop().run_in_executor(None, int, "seven")


@untimed
async def a_thread_calls_back(unit: float) -> Any:
    loop, future = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
    threading.Timer(unit, loop.call_soon_threadsafe, [future.set_result, "called"]).start()
    return await future


@untimed
async def a_thread_asks_for_a_coroutine(unit: float) -> Any:
    loop = asyncio.get_running_loop()

    def ask() -> Any:
        return asyncio.run_coroutine_threadsafe(after(unit, "answer"), loop).result()

    return await asyncio.to_thread(ask)


@untimed
async def talks_through_a_socket(unit: float) -> bytes:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        answer = await reader.read()
        writer.close()
    return answer


if sys.version_info >= (3, 12):

    @same
    async def eager_tasks_begin_at_once(unit: float) -> list[Any]:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        tasks = [loop.create_task(say(n * unit, f"word {n}")) for n in (1, 0)]
        print("made", [task.done() for task in tasks])
        return await asyncio.gather(*tasks)


# The two ways to run one


@dataclass(frozen=True)
class Facts:
    """What a program did, as far as it is the same whenever it runs."""

    result: Any
    error: tuple[Any, ...] | None
    output: str
    left: tuple[str, ...]


class Noted(Coroutine[Any, Any, Any]):
    """A program's own coroutine, run as it is, and what is called as it begins and as it ends."""

    def __init__(self, coroutine: Any, begins: Any, ends: Any) -> None:
        self._coroutine, self._begins, self._ends = coroutine, begins, ends

    def send(self, value: Any) -> Any:
        if inspect.getcoroutinestate(self._coroutine) == inspect.CORO_CREATED:
            self._begins()
        return self._go_on(self._coroutine.send, value)

    def throw(self, *error: Any) -> Any:
        return self._go_on(self._coroutine.throw, *error)

    def close(self) -> None:
        self._coroutine.close()

    def _go_on(self, go_on: Any, *args: Any) -> Any:
        try:
            return go_on(*args)
        except BaseException:
            self._ends()
            raise

    def __await__(self) -> Any:
        raise NotImplementedError


def told_of(failure: Failure | None) -> tuple[Any, ...] | None:
    if failure is None:
        return None
    return failure.type, failure.message, tuple(map(told_of, failure.leaves))


def observed(program: Program, unit: float) -> tuple[Facts, float]:
    run = observe(program, unit)
    left = sorted(wait.task for wait in run.leftovers)
    return Facts(run.result, told_of(run.error), run.output, tuple(left)), run.duration


def really_run(program: Program, unit: float) -> tuple[Facts, float]:
    left, result, error, took = list[str](), None, None, 0.0
    output = io.StringIO()

    begun = time.perf_counter()

    def begins() -> None:
        nonlocal begun
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        begun = time.perf_counter()

    def ends() -> None:
        nonlocal took
        took = time.perf_counter() - begun
        others = asyncio.all_tasks() - {asyncio.current_task()}
        left.extend(label_of(each) for each in others)

    with warnings.catch_warnings(), contextlib.redirect_stdout(output):
        warnings.simplefilter("ignore")
        try:
            result = asyncio.run(Noted(program(unit), begins, ends))
        except BaseException as caught:
            error = told_of(describe_exception(caught))
        gc.collect()  # what nobody looked at is told now, and not to another test
    return Facts(result, error, output.getvalue(), tuple(sorted(left))), took


def label_of(task: "asyncio.Task[Any] | None") -> str:
    assert task is not None
    name = task.get_name()
    return str(task.get_coro().__qualname__) if is_default(name) else name  # type: ignore[union-attr]


def differences(name: str, unit: float) -> list[Any]:
    """Return how a program, observed, differs from itself by asyncio; nothing where it does not."""
    program = PROGRAMS[name]
    (seen, seconds), (real, took) = observed(program, unit), really_run(program, unit)
    found: list[Any] = [] if seen == real else [seen, real]
    if name not in UNTIMED and not seconds - 1e-3 <= took <= seconds + 0.8 * unit:
        found += [seconds / unit, took / unit]
    return found


def test_there_are_enough_of_them() -> None:
    assert len(PROGRAMS) >= 60


@pytest.mark.parametrize("name", PROGRAMS)
def test_observed_it_does_the_same(name: str) -> None:
    found: list[Any] = []
    for unit in UNITS:
        found = differences(name, unit)
        if not found:
            return
    assert found == []


def test_a_difference_is_found() -> None:
    """The table could not fail if it did not tell two clocks apart."""

    async def looks_at_the_clock(unit: float) -> bool:
        return asyncio.get_running_loop().time() < 1e-9

    async def takes_its_time(unit: float) -> None:
        await asyncio.to_thread(time.sleep, 2 * unit)

    for program in (looks_at_the_clock, takes_its_time):
        PROGRAMS[program.__name__] = program
        try:
            assert differences(program.__name__, 0.02)
        finally:
            del PROGRAMS[program.__name__]


# What differs on purpose


async def waits_for_ever(unit: float) -> None:
    await asyncio.Event().wait()


async def polls_for_ever(unit: float) -> None:
    while True:
        await asyncio.sleep(0)


async def reads_the_loops_clock(unit: float) -> float:
    return asyncio.get_running_loop().time()


async def a_thread_takes_time(unit: float) -> float:
    begun = time.monotonic()
    await asyncio.to_thread(time.sleep, unit)
    return time.monotonic() - begun


DIFFERENT: dict[str, tuple[Program, Any, str]] = {
    "a deadlock": (waits_for_ever, "Deadlock", "nobody wants to wait for ever"),
    "a poll": (polls_for_ever, "TooMuch", "nobody wants to wait for ever"),
    "the loop's clock": (reads_the_loops_clock, 0.0, "a Run counts from its start"),
    "a thread's time": (a_thread_takes_time, 0.0, "threads work in real time"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_does_so_on_purpose(name: str) -> None:
    program, expected, why = DIFFERENT[name]
    run = observe(program, 0.01)
    assert (run.error.type if run.error else run.result) == expected, why
