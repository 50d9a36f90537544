"""A table of small programs, each with what its Run must say."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import itertools
import sys
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

import pytest

from looplab import Run, jobs, observe
from looplab.runs.records import Lost, Span, TaskLife, Wait

Check = Callable[[Run], object]
PROGRAMS: list[Any] = []


def says(*checks: Check, at_least: tuple[int, int] = (3, 11)) -> Callable[[Any], Any]:
    """Put a program into the table, with what must be true of its Run."""

    def put(program: Any) -> Any:
        old = pytest.mark.skipif(
            sys.version_info < at_least, reason=f"it needs Python {at_least[0]}.{at_least[1]}"
        )
        PROGRAMS.append(pytest.param(program, checks, id=program.__name__, marks=old))
        return program

    return put


def ends(outcome: str, name: str | None = None) -> Check:
    return lambda run: find(run, name).outcome == outcome


def raises(error: str) -> Check:
    return lambda run: run.error is not None and run.error.type == error


def takes(seconds: float) -> Check:
    return lambda run: run.error is None and run.duration == seconds


def waits_for(reason: str, name: str | None = None) -> Check:
    return lambda run: reason in [span.reason for span in waits(run, name)]


def waits_at(text: str, name: str | None = None) -> Check:
    """Check the source of the line at which it waits."""
    return lambda run: any(text in source(span.line) for span in waits(run, name))


def woken_by(waker: str | None, name: str | None = None, *, reason: str = "") -> Check:
    """Check who made it ready for the last time, and why."""

    def check(run: Run) -> bool:
        ready = [span for span in find(run, name).spans if span.state == "ready"]
        return (named(run, ready[-1].woken_by), ready[-1].reason) == (waker, reason)

    return check


def cancelled_by(canceller: str | None, name: str) -> Check:
    def check(run: Run) -> bool:
        life = find(run, name)
        return life.outcome == "cancelled" and named(run, life.cancelled_by) == canceller

    return check


def created_by(creator: str, name: str) -> Check:
    return lambda run: named(run, find(run, name).created_by) == creator


def held_by(holder: str, name: str) -> Check:
    return lambda run: [named(run, s.held_by) for s in waits(run, name) if s.held_by] == [holder]


def stuck(*waits: tuple[str, str, str | None]) -> Check:
    def check(run: Run) -> bool:
        found = [(wait.task, wait.reason, wait.held_by) for wait in run.deadlock]
        return raises("Deadlock")(run) is True and found == list(waits)

    return check


def left(*waits: tuple[str, str]) -> Check:
    return lambda run: [(wait.task, wait.reason) for wait in run.leftovers] == list(waits)


def lost(*expected: tuple[str, str, str]) -> Check:
    return lambda run: [(each.kind, each.name, each.text) for each in run.lost] == list(expected)


def blocked(*expected: tuple[str, float, str]) -> Check:
    def check(run: Run) -> bool:
        found = [(each.task, each.seconds) for each in run.blocked]
        texts = [source(each.line) for each in run.blocked]
        return found == [each[:2] for each in expected] and all(
            text in line for (*_, text), line in zip(expected, texts, strict=True)
        )

    return check


def find(run: Run, name: str | None) -> TaskLife:
    return run.tasks[0] if name is None else run.named(name)[0]


def named(run: Run, number: int | None) -> str | None:
    return None if number is None else {life.id: life.name for life in run.lives}[number]


def waits(run: Run, name: str | None) -> list[Span]:
    return [span for span in find(run, name).spans if span.state == "waiting"]


def source(line: int | None) -> str:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return "" if line is None else lines[line - 1]


def task(coroutine: Any, name: str) -> asyncio.Task[Any]:
    return asyncio.create_task(coroutine, name=name)


# For what a task waits, and where


@says(takes(2), waits_for("sleep(2)"), waits_at("asyncio.sleep(2)"), woken_by(None))
async def sleeps() -> None:
    await asyncio.sleep(2)


@says(waits_at("inner line"), waits_for("sleep(1)"))
async def waits_in_an_inner_coroutine() -> None:
    async def inner() -> None:
        await asyncio.sleep(1)  # inner line

    await inner()


@says(lambda run: run.steps == 4, waits_for("gather of 1"), ends("returned", "giver"))
async def gives_way() -> None:
    async def giver() -> None:
        await asyncio.sleep(0)

    await asyncio.gather(task(giver(), "giver"))


@says(lambda run: [s.reason for s in find(run, "giver").spans if s.reason] == ["sleep(0)"] * 2)
async def gives_way_twice() -> None:
    async def giver() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    await task(giver(), "giver")


class Bare:
    def __await__(self) -> Any:
        yield


@says(lambda run: "yield" in [span.reason for span in find(run, "bare").spans])
async def yields_with_an_awaitable_of_its_own() -> None:
    async def bare() -> None:
        await Bare()

    await task(bare(), "bare")


@says(waits_for("Queue.get", "getter"), woken_by("Task-1", "getter"), takes(1))
async def waits_for_a_queue() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    getter = task(queue.get(), "getter")
    await asyncio.sleep(1)
    queue.put_nowait(1)
    await getter


@says(waits_for("Queue.put"), waits_at("queue.put(2)"), woken_by("getter"))
async def waits_for_room() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(1)
    await queue.put(1)
    getter = task(queue.get(), "getter")
    await queue.put(2)
    await getter


@says(waits_for("Queue.join"), woken_by("worker"))
async def waits_for_a_queue_to_be_done() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    queue.put_nowait(1)

    async def worker() -> None:
        await asyncio.sleep(1)
        queue.get_nowait()
        queue.task_done()

    worker_task = task(worker(), "worker")
    await queue.join()
    await worker_task


@says(waits_for("Event.wait", "waiter"), woken_by("Task-1", "waiter"))
async def waits_for_an_event() -> None:
    event = asyncio.Event()
    waiter = task(event.wait(), "waiter")
    await asyncio.sleep(1)
    event.set()
    await waiter


@says(waits_for("Lock.acquire", "second"), held_by("first", "second"), woken_by(None, "second"))
async def waits_for_a_lock() -> None:
    lock = asyncio.Lock()

    async def holder() -> None:
        async with lock:
            await asyncio.sleep(1)

    await asyncio.gather(task(holder(), "first"), task(holder(), "second"))


@says(waits_for("Semaphore.acquire", "second"), waits_at("async with places", "second"))
async def waits_for_a_semaphore() -> None:
    places = asyncio.Semaphore(1)

    async def user() -> None:
        async with places:
            await asyncio.sleep(1)

    await asyncio.gather(task(user(), "first"), task(user(), "second"))


@says(waits_for("Condition.wait", "waiter"), woken_by("Task-1", "waiter"))
async def waits_for_a_condition() -> None:
    condition = asyncio.Condition()

    async def waiter() -> None:
        async with condition:
            await condition.wait()

    waiting = task(waiter(), "waiter")
    await asyncio.sleep(1)
    async with condition:
        condition.notify()
    await waiting


@says(waits_for("Barrier.wait", "early"), woken_by("late", "early"))
async def waits_at_a_barrier() -> None:
    barrier = asyncio.Barrier(2)
    await asyncio.gather(task(barrier.wait(), "early"), task(barrier.wait(), "late"))


@says(waits_for("task child"), woken_by("child"), created_by("Task-1", "child"))
async def waits_for_a_task() -> None:
    await task(asyncio.sleep(1), "child")


@says(waits_for("gather of 2"), woken_by("slow"), takes(2))
async def gathers() -> None:
    await asyncio.gather(task(asyncio.sleep(2), "slow"), task(asyncio.sleep(1), "fast"))


@says(waits_for("gather of 2", "inner"), created_by("inner", "leaf"), takes(2))
async def gathers_in_a_tree() -> None:
    async def inner() -> None:
        await asyncio.gather(task(asyncio.sleep(2), "leaf"), asyncio.sleep(1))

    await asyncio.gather(task(inner(), "inner"), asyncio.sleep(1))


@says(waits_for("TaskGroup"), woken_by("b"), waits_at("async with asyncio.TaskGroup"))
async def waits_for_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1), name="a")
        group.create_task(asyncio.sleep(2), name="b")


@says(waits_for("wait"), takes(1), left(("slow", "sleep(5)")))
async def waits_for_the_first() -> None:
    tasks = [task(asyncio.sleep(1), "fast"), task(asyncio.sleep(5), "slow")]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


@says(waits_for("as_completed"), takes(2))
async def takes_them_as_they_end() -> None:
    for each in asyncio.as_completed([asyncio.sleep(2), asyncio.sleep(1)]):
        await each


@says(waits_for("a future"), woken_by(None))
async def waits_for_a_future() -> None:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(1, future.set_result, None)
    await future


@says(waits_for("job(0)"), takes(3))
async def waits_for_a_job(job: Any) -> None:
    await job(0)


@says(waits_for("sleep(1)"), waits_at("in a generator"), takes(2))
async def reads_an_async_generator() -> None:
    async def numbers() -> AsyncIterator[int]:
        for n in range(2):
            await asyncio.sleep(1)  # in a generator
            yield n

    async for _ in numbers():
        pass


@says(waits_for("to_thread(sleep)"), woken_by("asyncio_0"), created_by("Task-1", "asyncio_0"))
async def waits_for_a_thread() -> None:
    await asyncio.to_thread(time.sleep, 0.01)


@says(waits_for("task inner"))
async def waits_for_a_function_inside_itself() -> None:
    async def inner() -> None:
        await asyncio.sleep(1)

    await asyncio.create_task(inner())


class WaitsForTheCall(ThreadPoolExecutor):
    """Its call has ended before the loop hears that it began: on a busy machine any may."""

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        future = super().submit(*args, **kwargs)
        concurrent.futures.wait([future])
        return future


def does_not_wait(run: Run) -> bool:
    """As where asyncio hands over at once what has ended, which newer releases do."""

    async def is_handed_over() -> bool:
        ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        ended.set_result(None)
        return asyncio.wrap_future(ended).done()

    return asyncio.run(is_handed_over()) and not any(span.reason for span in run.lives[0].spans)


@says(
    lambda run: does_not_wait(run) or (waits_for("executor int")(run) and woken_by("quick_0")(run)),
    created_by("Task-1", "quick_0"),
)
async def waits_for_a_call_that_has_ended() -> None:
    with WaitsForTheCall(thread_name_prefix="quick") as pool:
        await asyncio.get_running_loop().run_in_executor(pool, int)


@says(waits_for("executor sleep"), ends("returned", "asyncio_0"))
async def waits_for_an_executor() -> None:
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.01)


@says(waits_for("StreamReader.readline"), lambda run: run.result == b"hello\n")
async def reads_a_stream() -> bytes:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.write(b"hello\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    server.close()
    return line


# How it ended


@says(ends("returned"), lambda run: run.result == 7)
async def returns() -> int:
    return 7


@says(raises("KeyError"), lambda run: source(run.error and run.error.line).endswith("# here"))
async def fails() -> None:
    raise KeyError("lost")  # here


@says(cancelled_by("Task-1", "victim"), woken_by("Task-1", "victim", reason="cancelled"))
async def cancels() -> None:
    victim = task(asyncio.sleep(10), "victim")
    await asyncio.sleep(1)
    victim.cancel()
    await asyncio.wait([victim])


@says(cancelled_by("Task-1", "victim"))
async def cancels_before_it_starts() -> None:
    victim = task(asyncio.sleep(10), "victim")
    victim.cancel()
    await asyncio.wait([victim])


@says(cancelled_by("Task-1", "outer"), cancelled_by("Task-1", "inner"))
async def cancels_who_waits_for_another() -> None:
    async def outer() -> None:
        await task(asyncio.sleep(10), "inner")

    victim = task(outer(), "outer")
    await asyncio.sleep(1)
    victim.cancel()
    await asyncio.wait([victim])


@says(cancelled_by("broken", "sibling"), raises("ExceptionGroup"))
async def a_group_cancels_the_siblings() -> None:
    async def broken() -> None:
        await asyncio.sleep(1)
        raise ValueError

    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(10), name="sibling")
        group.create_task(broken(), name="broken")


@says(cancelled_by(None, "late"), takes(1))
async def a_timer_cancels() -> None:
    late = task(asyncio.sleep(10), "late")
    asyncio.get_running_loop().call_later(1, late.cancel)
    await asyncio.wait([late])


@says(raises("TimeoutError"), lambda run: run.duration == 1)
async def times_out() -> None:
    async with asyncio.timeout(1):
        await asyncio.sleep(10)


@says(ends("returned", "tidy"), woken_by(None, "tidy"), takes(3))
async def cleans_up_after_a_cancellation() -> None:
    async def tidy() -> None:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            await asyncio.sleep(2)

    victim = task(tidy(), "tidy")
    await asyncio.sleep(1)
    victim.cancel()
    await victim


@says(left(("left", "sleep(10)"), ("new", "its first turn")), ends("pending", "left"))
async def leaves_tasks() -> None:
    global kept
    kept = [task(asyncio.sleep(10), "left")]
    await asyncio.sleep(1)
    kept.append(task(asyncio.sleep(1), "new"))


@says(raises("SystemExit"), ends("raised"))
async def exits() -> None:
    sys.exit(3)


# What is wrong with it


@says(stuck(("waits_for_nobody", "Event.wait", None)))
async def waits_for_nobody() -> None:
    await asyncio.Event().wait()


@says(stuck(("locks_twice", "Lock.acquire", "locks_twice")))
async def locks_twice() -> None:
    lock = asyncio.Lock()
    async with lock, lock:
        pass


@says(
    stuck(
        ("crosses_locks", "TaskGroup", None),
        ("ab", "Lock.acquire", "ba"),
        ("ba", "Lock.acquire", "ab"),
    )
)
async def crosses_locks() -> None:
    a, b = asyncio.Lock(), asyncio.Lock()

    async def take(first: asyncio.Lock, second: asyncio.Lock) -> None:
        async with first:
            await asyncio.sleep(1)
            async with second:
                pass

    async with asyncio.TaskGroup() as group:
        group.create_task(take(a, b), name="ab")
        group.create_task(take(b, a), name="ba")


@says(stuck(("ask", "task answer", None), ("answer", "task ask", None)))
async def wait_for_each_other() -> None:
    me = asyncio.current_task()
    assert me is not None
    me.set_name("ask")

    async def answer() -> None:
        await me

    await task(answer(), "answer")


@says(raises("TooMuch"), lambda run: run.duration == 0)
async def polls_for_ever() -> None:
    for _ in itertools.count():
        await asyncio.sleep(0)


@says(lost(("exception", "fails", "KeyError: 'lost'")))
async def keeps_a_failed_task_to_the_end() -> str:
    task = asyncio.create_task(fails(), name="fails")
    await asyncio.sleep(1)
    return task.get_name()


@says(raises("Deadlock"), lost(("exception", "fails", "KeyError: 'lost'")))
async def holds_a_failed_task_where_it_stands_still() -> None:
    task = asyncio.create_task(fails(), name="fails")
    await asyncio.Event().wait()
    await task


@says(raises("ExceptionGroup"), lost())
async def raises_out_of_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(fails(), name="fails")
        await asyncio.sleep(1)


@says(lost(("exception", "broken", "ValueError: nobody looks")), takes(1))
async def loses_an_exception() -> None:
    async def broken() -> None:
        raise ValueError("nobody looks")

    global kept
    kept = [task(broken(), "broken")]
    await asyncio.sleep(1)


@says(lost())
async def looks_at_an_exception() -> None:
    async def broken() -> None:
        raise ValueError("somebody looks")

    await asyncio.gather(broken(), return_exceptions=True)


@says(raises("KeyError"), lost())
async def fails_itself() -> None:
    await fails()


@says(lost(("coroutine", "sleeps", "")), lambda run: source(run.lost[0].line).endswith("# here"))
async def forgets_to_await() -> None:
    sleeps()  # here


@says(lost(("task", "gone", "a future")))
async def loses_a_task() -> None:
    async def parked() -> None:
        await asyncio.get_running_loop().create_future()

    asyncio.create_task(parked(), name="gone")  # noqa: RUF006  # that nothing keeps it is the point
    await asyncio.sleep(1)
    gc.collect()


@says(lost(("task", "gone", "a future")))
async def loses_a_task_where_another_thread_collects() -> None:
    """In a notebook the kernel has threads of its own, and any of them may collect garbage."""

    async def parked() -> None:
        await asyncio.get_running_loop().create_future()

    gc.disable()
    try:
        asyncio.create_task(parked(), name="gone")  # noqa: RUF006  # that nothing keeps it is the point
        await asyncio.sleep(1)
        await asyncio.to_thread(gc.collect)
    finally:
        gc.enable()


@says(blocked(("rude", 2.0, "time.sleep(2)")), takes(3))
async def blocks() -> None:
    async def rude() -> None:
        time.sleep(2)  # noqa: ASYNC251  # blocking is what it shows

    await asyncio.gather(task(rude(), "rude"), asyncio.sleep(1))


@says(
    lambda run: sum(s.stop - s.start for s in find(run, "polite").spans if s.state == "ready") == 2
)
async def keeps_others_waiting() -> None:
    tasks = [task(asyncio.sleep(0), "polite")]
    time.sleep(2)  # noqa: ASYNC251  # blocking is what it shows
    await asyncio.gather(*tasks)


@says(lambda run: [s.start for s in find(run, "late").spans if s.state == "ready"] == [0, 1])
async def wakes_somebody_late() -> None:
    late = task(asyncio.sleep(1), "late")
    await asyncio.sleep(0.5)
    time.sleep(2)  # noqa: ASYNC251  # it was due after 1 s, and gets its turn after 2.5
    await late


# Contexts, eager tasks, callbacks


@says(created_by("Task-1", "inside"), lambda run: run.result == "set")
async def runs_a_task_in_a_context() -> str:
    word: ContextVar[str] = ContextVar("word", default="unset")
    context = copy_context()
    context.run(word.set, "set")

    async def read() -> str:
        await asyncio.sleep(1)
        return word.get()

    return await asyncio.create_task(read(), name="inside", context=context)


@says(ends("returned", "eager"), created_by("Task-1", "eager"), takes(1), at_least=(3, 12))
async def starts_a_task_at_once() -> None:
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    await task(asyncio.sleep(1), "eager")


@says(woken_by("setter", "waiter"))
async def a_callback_wakes_on_behalf_of_a_task() -> None:
    event, loop = asyncio.Event(), asyncio.get_running_loop()

    async def setter() -> None:
        loop.call_soon(event.set)

    waiter = task(event.wait(), "waiter")
    await asyncio.sleep(0)
    await asyncio.gather(task(setter(), "setter"), waiter)


@says(lambda run: [s.state for s in find(run, "victim").spans].count("running") == 2)
async def cancels_in_a_callback() -> None:
    victim = task(asyncio.sleep(10), "victim")
    await asyncio.sleep(1)
    asyncio.get_running_loop().call_soon(victim.cancel)
    await asyncio.wait([victim])


@pytest.mark.parametrize(("program", "checks"), PROGRAMS)
def test_a_run_says_what_happened(program: Any, checks: tuple[Check, ...]) -> None:
    args = [jobs([3])] if program is waits_for_a_job else []
    run = observe(program, *args)
    for check in checks:
        assert check(run), run
    assert Run.from_json(run.to_json()) == run
    # Up to Python 3.12 as_completed starts what it is given in the order of a set.
    if not run.threads and program not in (reads_a_stream, takes_them_as_they_end):
        assert observe(program, *args) == run


def test_the_table_is_long_enough() -> None:
    assert len(PROGRAMS) >= 40


def test_the_words_of_a_wait() -> None:
    (wait,) = observe(locks_twice).deadlock
    assert wait == Wait("locks_twice", "Lock.acquire", wait.line, "locks_twice")
    (found,) = observe(forgets_to_await).lost
    assert found == Lost("coroutine", "sleeps", "", found.line)
