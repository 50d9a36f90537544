"""Virtual time: what passes at once, what is waited for, and what ends in a deadlock."""

import asyncio
import contextlib
import multiprocessing
import queue
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from time import perf_counter as ticks
from typing import Any

import pytest

from looplab import Run, observe
from looplab.virtual.clock import is_virtual
from looplab.virtual.loop import VirtualLoop
from looplab.virtual.outside import Outside
from looplab.virtual.world import World

OLD_POOL = ThreadPoolExecutor(1)

linux = pytest.mark.skipif(sys.platform == "win32", reason="it runs a program of Unix")


async def after(seconds: float, value: Any = None) -> Any:
    await asyncio.sleep(seconds)
    return value


async def first_of(*awaitables: Any) -> Any:
    """Return what the first to end returned, and end the others."""
    tasks = [asyncio.ensure_future(each) for each in awaitables]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return sorted(task.result() for task in done)


# Time that passes at once


async def sleeps_an_hour() -> float:
    await asyncio.sleep(3600)
    return asyncio.get_running_loop().time()


async def ten_tenths() -> float:
    for _ in range(10):
        await asyncio.sleep(0.1)
    return asyncio.get_running_loop().time()


async def tiny_and_huge() -> list[float]:
    loop, times = asyncio.get_running_loop(), []
    for seconds in (1e-6, 1e-3, 10 * 86_400.0):
        await asyncio.sleep(seconds)
        times.append(loop.time())
    return times


async def in_order() -> list[int]:
    done: list[int] = []

    async def one(seconds: int) -> None:
        await asyncio.sleep(seconds)
        done.append(seconds)

    await asyncio.gather(*map(one, [3, 1, 2, 1]))
    return done


async def two_at_a_time() -> float:
    places = asyncio.Semaphore(2)

    async def one() -> None:
        async with places:
            await asyncio.sleep(1)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(one())
    return asyncio.get_running_loop().time()


async def a_timeout_that_is_met() -> Any:
    async with asyncio.timeout(2):
        return await after(1, "in time")


async def a_timeout_at_the_same_instant() -> str:
    try:
        return str(await asyncio.wait_for(after(1, "done"), 1))
    except TimeoutError:
        return "too late"


async def a_cancelled_timer() -> float:
    loop = asyncio.get_running_loop()
    for _ in range(300):  # so many that asyncio sweeps them out of its heap
        loop.call_later(1, print).cancel()
    await asyncio.sleep(5)
    return loop.time()


async def timers_at_one_instant() -> list[str]:
    loop, order = asyncio.get_running_loop(), list[str]()

    def ring() -> None:
        order.append("timer")
        loop.call_soon(order.append, "next turn")

    for when in (0.1 + 0.2, 0.3):  # a float tells them apart
        loop.call_at(when, ring)
    await asyncio.sleep(1)
    return order


async def two_locks_in_two_orders() -> None:
    a, b = asyncio.Lock(), asyncio.Lock()

    async def one(first: asyncio.Lock, second: asyncio.Lock) -> None:
        async with first:
            await asyncio.sleep(1)
            async with second:
                raise AssertionError("nobody gets here")

    await asyncio.gather(one(a, b), one(b, a))


async def polls_for_ever() -> None:
    while True:  # noqa: ASYNC110  # polling is what it shows
        await asyncio.sleep(0)


# What a program knows of time


async def all_clocks() -> list[float]:
    def read() -> list[float]:
        nanoseconds = [time.time_ns(), time.monotonic_ns(), time.perf_counter_ns()]
        return [time.time(), time.monotonic(), ticks(), *(each / 1e9 for each in nanoseconds)]

    before = read()
    await asyncio.sleep(7)
    return [round(b - a, 6) for a, b in zip(before, read(), strict=True)]


async def blocks_three_times() -> float:
    async def one() -> None:
        time.sleep(0.5)  # noqa: ASYNC251  # blocking is what it shows

    await asyncio.gather(one(), one(), one())
    return ticks()


def runs_loops_of_its_own() -> list[float]:
    async def hour() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    loop = asyncio.new_event_loop()
    try:
        times = [asyncio.run(hour()), loop.run_until_complete(hour())]
    finally:
        loop.close()
    with asyncio.Runner() as runner:
        return [*times, runner.run(hour()), runner.run(hour())]


def runs_the_loop_that_it_finds() -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is how one wrote before Python 3.7
        asyncio.set_event_loop(asyncio.new_event_loop())
        loop = asyncio.get_event_loop()
    try:
        return [loop.run_until_complete(after(3600, "found")), loop.time()]
    finally:
        loop.close()
        asyncio.set_event_loop(None)


def runs_a_loop_of_a_class() -> Any:
    loop = asyncio.SelectorEventLoop()
    try:
        return loop.run_until_complete(after(0.05, "real"))
    finally:
        loop.close()


def blocks_while_a_thread_works() -> list[str]:
    done: list[str] = []
    thread = threading.Thread(target=lambda: (time.sleep(0.05), done.append("thread")))
    thread.start()
    time.sleep(3600)
    return done


# Real work outside the loop


async def a_thread_before_a_long_sleep() -> list[str]:
    order: list[str] = []

    async def thread() -> None:
        await asyncio.to_thread(time.sleep, 0.05)
        order.append("thread")

    async def long() -> None:
        await asyncio.sleep(10)
        order.append("sleep")

    await asyncio.gather(long(), thread())
    return order


async def a_thread_that_calls_back() -> Any:
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def work() -> None:
        time.sleep(0.05)
        loop.call_soon_threadsafe(future.set_result, "from a thread")

    threading.Thread(target=work).start()
    return await asyncio.wait_for(future, 60)


async def a_thread_that_waits_for_the_loop() -> Any:
    """The thread waits a virtual hour for the loop, and no real one."""
    loop = asyncio.get_running_loop()
    ask = asyncio.run_coroutine_threadsafe
    return await asyncio.to_thread(lambda: ask(after(3600, "asked"), loop).result(7200))


async def a_thread_that_waits_for_ever() -> Any:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return await after(3600, "slept")


async def a_deadlock_beside_a_waiting_thread() -> None:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    await asyncio.Event().wait()


async def a_loop_in_a_thread() -> Any:
    other = asyncio.new_event_loop()
    thread = threading.Thread(target=other.run_forever)
    thread.start()
    try:
        found = asyncio.run_coroutine_threadsafe(after(0.05, "real"), other)
        return await asyncio.wrap_future(found)
    finally:
        other.call_soon_threadsafe(other.stop)
        await asyncio.to_thread(thread.join)
        other.close()


async def a_thread_that_is_too_slow() -> str:
    try:
        async with asyncio.timeout(0.05):
            await asyncio.to_thread(time.sleep, 0.2)
    except TimeoutError:
        return f"{asyncio.get_running_loop().time():g}"
    return "in time"


async def a_pool_older_than_the_run() -> Any:
    return await asyncio.wait_for(asyncio.wrap_future(OLD_POOL.submit(time.sleep, 0.05)), 60)


async def calls_of_a_thread_that_is_free() -> float:
    """The thread takes each call off its queue before it runs it."""
    with ThreadPoolExecutor(1) as pool:
        for _ in range(300):
            await asyncio.wait_for(asyncio.wrap_future(pool.submit(int)), 60)
    return asyncio.get_running_loop().time()


async def questions_to_a_thread() -> float:
    loop = asyncio.get_running_loop()
    asked: queue.Queue[asyncio.Future[None] | None] = queue.Queue()

    def answer() -> None:
        while (question := asked.get()) is not None:
            loop.call_soon_threadsafe(question.set_result, None)

    threading.Thread(target=answer).start()
    for _ in range(300):
        question = loop.create_future()
        asked.put(question)
        await asyncio.wait_for(question, 60)
    asked.put(None)
    return loop.time()


async def a_call_behind_one_that_waits_for_the_loop() -> Any:
    loop, ask = asyncio.get_running_loop(), asyncio.run_coroutine_threadsafe
    with ThreadPoolExecutor(1) as pool:
        first = loop.run_in_executor(pool, lambda: ask(after(3600, "a"), loop).result())
        return await asyncio.gather(first, loop.run_in_executor(pool, lambda: "b"))


async def a_thread_that_does_not_wait_for_ever() -> Any:
    loop = asyncio.get_running_loop()

    def ask() -> str:
        found = asyncio.run_coroutine_threadsafe(asyncio.Event().wait(), loop)
        with contextlib.suppress(TimeoutError):
            found.result(0.05)
        return "gave up"

    return await asyncio.to_thread(ask)


async def polls_for_a_thread() -> str:
    event = threading.Event()
    thread = asyncio.create_task(asyncio.to_thread(event.wait, 0.1))
    while not thread.done():  # noqa: ASYNC110  # polling is what it shows
        await asyncio.sleep(0)
    return "done"


async def a_call_in_another_process() -> Any:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        call = asyncio.get_running_loop().run_in_executor(pool, time.sleep, 0.01)
        return await first_of(call, after(3600, "sleep"))


async def a_heart_beats_beside_a_thread() -> bool:
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    task = asyncio.create_task(heart())
    await asyncio.to_thread(time.sleep, 0.1)
    task.cancel()
    return 3 <= beats <= 10


async def a_program_before_a_sleep() -> Any:
    async def program() -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print('hello')", stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode().strip()

    return await first_of(program(), after(3600, "sleep"))


async def a_program_that_starts_another() -> Any:
    """The first has ended when the other writes."""
    process = await asyncio.create_subprocess_shell(
        "(sleep 0.05; echo hello) &", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return output


async def a_program_that_is_too_slow() -> Any:
    process = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        await asyncio.wait_for(process.wait(), 0.05)
    except TimeoutError:
        process.kill()
    await process.wait()
    return asyncio.get_running_loop().time()


async def a_late_answer_on_a_socket() -> Any:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        await asyncio.sleep(3)
        writer.write(b"late\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    answer = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    await writer.wait_closed()
    server.close()
    return [answer, asyncio.get_running_loop().time()]


def _check(**expected: Any) -> Callable[[Run], None]:
    def check(run: Run) -> None:
        assert run.error is None or "error" in expected, run.error
        for name, value in expected.items():
            found = getattr(run, name)
            found = found.type if name == "error" else found
            assert value(found) if callable(value) else found == value

    return check


def three_blocks(blocked: Any) -> bool:
    line = blocks_three_times.__code__.co_firstlineno + 2
    return [(b.start, b.seconds, b.line) for b in blocked] == [
        (start, 0.5, line) for start in (0.0, 0.5, 1.0)
    ]


def on_two_locks(deadlock: Any) -> bool:
    return sorted(wait.reason for wait in deadlock)[:2] == ["Lock.acquire"] * 2


PROGRAMS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (sleeps_an_hour, {"result": 3600.0, "duration": 3600}),
    (ten_tenths, {"result": 1.0, "duration": 1}),
    (tiny_and_huge, {"result": [1e-6, 0.001001, 864_000.001001]}),
    (in_order, {"result": [1, 1, 2, 3], "duration": 3}),
    (two_at_a_time, {"result": 2.0, "duration": 2}),
    (a_timeout_that_is_met, {"result": "in time", "duration": 1}),
    (a_cancelled_timer, {"result": 5.0, "duration": 5}),
    (timers_at_one_instant, {"result": ["timer", "timer", "next turn", "next turn"]}),
    (two_locks_in_two_orders, {"error": "Deadlock", "duration": 1, "deadlock": on_two_locks}),
    (polls_for_ever, {"error": "TooMuch", "duration": 0}),
    (all_clocks, {"result": [7.0] * 6}),
    (blocks_three_times, {"result": 1.5, "duration": 1.5, "blocked": three_blocks}),
    (runs_loops_of_its_own, {"result": [3600.0, 7200.0, 10800.0, 14400.0]}),
    (runs_the_loop_that_it_finds, {"result": ["found", 3600.0], "duration": 3600}),
    (runs_a_loop_of_a_class, {"result": "real", "duration": 0}),
    (blocks_while_a_thread_works, {"result": ["thread"], "duration": 3600}),
    (a_thread_before_a_long_sleep, {"result": ["thread", "sleep"], "duration": 10}),
    (a_thread_that_calls_back, {"result": "from a thread", "duration": 0}),
    (a_thread_that_waits_for_the_loop, {"result": "asked", "duration": 3600}),
    (a_thread_that_waits_for_ever, {"result": "slept", "duration": 3600}),
    (a_deadlock_beside_a_waiting_thread, {"error": "Deadlock"}),
    (a_loop_in_a_thread, {"result": "real", "duration": 0}),
    (a_thread_that_is_too_slow, {"result": "0.05", "duration": 0.05}),
    (a_pool_older_than_the_run, {"duration": 0}),
    (calls_of_a_thread_that_is_free, {"result": 0.0}),
    (questions_to_a_thread, {"result": 0.0}),
    (a_call_behind_one_that_waits_for_the_loop, {"result": ["a", "b"], "duration": 3600}),
    (a_thread_that_does_not_wait_for_ever, {"result": "gave up", "duration": 0}),
    (polls_for_a_thread, {"result": "done", "duration": 0}),
    (a_call_in_another_process, {"result": [None], "duration": 0}),
    (a_heart_beats_beside_a_thread, {"result": True}),
    pytest.param(a_program_before_a_sleep, {"result": ["hello"], "duration": 0}, marks=linux),  # type: ignore[list-item]  # mypy sees no common type
    pytest.param(a_program_that_starts_another, {"result": b"hello\n", "duration": 0}, marks=linux),  # type: ignore[list-item]  # mypy sees no common type
    pytest.param(a_program_that_is_too_slow, {"result": 0.05, "duration": 0.05}, marks=linux),  # type: ignore[list-item]  # mypy sees no common type
    (a_late_answer_on_a_socket, {"result": [b"late\n", 3.0], "duration": 3}),
]


def name_of(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize(("program", "expected"), PROGRAMS, ids=name_of)
def test_a_program_on_virtual_time(program: Callable[..., Any], expected: dict[str, Any]) -> None:
    start = time.monotonic()
    _check(**expected)(observe(program))
    assert time.monotonic() - start < 20  # an hour would be more


@pytest.mark.parametrize(
    "program", [a_thread_before_a_long_sleep, a_program_before_a_sleep, in_order], ids=name_of
)
def test_observe_may_run_in_a_thread_and_inside_a_loop(program: Callable[..., Any]) -> None:
    async def inside() -> Any:
        return observe(program).result

    expected = observe(program).result
    assert asyncio.run(inside()) == expected
    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(lambda: observe(program).result).result() == expected


def test_who_wins_at_one_instant_is_always_the_same() -> None:
    assert observe(a_timeout_at_the_same_instant) == observe(a_timeout_at_the_same_instant)


def test_a_thread_knows_whether_its_clocks_are_virtual() -> None:
    async def main() -> list[bool]:
        return [is_virtual(), await asyncio.to_thread(is_virtual)]

    assert not is_virtual()
    assert observe(main).result == [True, False]
    assert not is_virtual()


def test_a_loop_has_no_more_attributes_than_python_is_fast_with() -> None:
    """Python keeps 30 beside the object; one more, and each is looked for in a dictionary."""
    with contextlib.closing(VirtualLoop(World())) as loop:
        named = getattr(VirtualLoop, "__static_attributes__", ())  # from 3.13 on they count too
        assert len({*vars(loop), *named}) <= 30


def test_threads_of_the_program_sleep_in_real_time() -> None:
    async def four() -> None:
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.1) for _ in range(4)))

    start = time.monotonic()
    assert observe(four).duration == 0
    assert time.monotonic() - start >= 0.1


@contextlib.contextmanager
def a_module_of_the_student() -> Iterator[types.ModuleType]:
    """A module that has a clock by name."""
    module = types.ModuleType("clocks_by_name")
    module.__file__ = __file__
    sys.modules[module.__name__] = module
    try:
        exec("from time import monotonic as now", module.__dict__)
        yield module
    finally:
        del sys.modules[module.__name__]


def test_names_are_virtual_in_all_modules_of_the_student() -> None:
    async def main() -> float:
        before: float = module.now()
        await asyncio.sleep(3600)
        return round(module.now() - before, 6)

    with a_module_of_the_student() as module:
        assert observe(main).result == 3600
        assert module.now is time.monotonic


class NoModule:
    """Stands among the modules, and can be compared with nothing."""

    def __eq__(self, other: object) -> bool:
        raise TypeError("compare me with nothing")

    __hash__ = None  # type: ignore[assignment]  # as Python has it beside an __eq__


def test_what_is_no_module_may_stand_among_the_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):  # the second stands where the first one stood
        monkeypatch.setitem(sys.modules, "no_module", NoModule())
        assert observe(sleeps_an_hour).result == 3600


def test_names_in_a_module_that_was_imported_meanwhile_are_real_again() -> None:
    stack = contextlib.ExitStack()

    async def main() -> float:
        module = stack.enter_context(a_module_of_the_student())
        await asyncio.sleep(3600)
        return float(module.now())

    with stack:
        assert observe(main).result == 3600
        assert sys.modules["clocks_by_name"].now is time.monotonic


def test_a_thread_that_stands_still_is_not_waited_for_for_ever() -> None:
    outside, door = Outside(patience=0.05), threading.Lock()
    door.acquire()
    with outside.watched({}):
        thread = threading.Thread(target=lambda: door.acquire(), daemon=True)
        thread.start()
    deadline = time.monotonic() + 20
    assert outside.look().at_work
    while outside.look().at_work and time.monotonic() < deadline:
        time.sleep(0.01)
    assert thread.is_alive()
    assert outside.look() == (False, False, True)
    door.release()
    thread.join()


def test_a_thread_of_an_executor_that_was_shut_down_is_about_to_end() -> None:
    """Who waits for the executor's end, `asyncio.run` for example, waits for that thread."""
    outside = Outside()
    with outside.watched({}), ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        deadline = time.monotonic() + 20
        while outside.look().at_work and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not outside.look().at_work
        pool._shutdown = True  # as `shutdown` does, before it wakes the threads
        assert outside.look().at_work


@pytest.mark.parametrize("timer", [3600, None], ids=["a timer", "no timer"])
def test_patience_with_a_thread_that_polls_ends(
    monkeypatch: pytest.MonkeyPatch, timer: float | None
) -> None:
    end = threading.Event()

    def poll() -> None:
        while not end.wait(0.001):
            pass

    async def main() -> None:
        threading.Thread(target=poll).start()
        await (asyncio.Event().wait() if timer is None else asyncio.sleep(timer))

    monkeypatch.setattr(Outside.__init__, "__defaults__", (0.05,))
    run = observe(main)
    end.set()
    assert run.duration == (timer or 0)
    assert (run.error is None) == (timer is not None)
    assert run.error is None or run.error.type == "TooMuch"
