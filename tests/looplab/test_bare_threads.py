"""Threads that `_thread` starts, and threads that are older than a run: seen, and waited for."""

import _thread
import asyncio
import os
import queue
import socket
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from looplab import CheckFailed, expect, observe, recording

Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[str]"]
Worker = tuple[Callable[[], None], Callable[[Any], None]]
"""What a thread of it does, and what gives it a job; None ends it."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who was woken")

# Threads that the program starts with _thread

STARTS = [
    name
    for name in ("start_new_thread", "start_new", "start_joinable_thread")
    if hasattr(_thread, name)
]


def tells(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    time.sleep(0.05)
    loop.call_soon_threadsafe(event.set)


def begin(name: str, function: Callable[..., Any], *args: Any) -> None:
    start: Any = getattr(_thread, name)
    if name == "start_joinable_thread":
        start(lambda: function(*args))
    else:
        start(function, args)


async def waits_for_a_bare_thread(name: str) -> float:
    event, loop = asyncio.Event(), asyncio.get_running_loop()
    begin(name, tells, loop, event)
    async with asyncio.timeout(1000):
        await event.wait()
    return loop.time()


@pytest.mark.parametrize("name", STARTS)
def test_a_bare_thread_is_waited_for_and_seen(name: str) -> None:
    run = observe(waits_for_a_bare_thread, name)
    assert (run.error, run.result, run.threads) == (None, 0, 1)
    with pytest.raises(CheckFailed, match="threads that it started: 1"):
        expect(run).without_threads()
    main, thread = run.lives
    assert (thread.kind, thread.created_by) == ("thread", main.id)
    assert thread.outcome in ("pending", "returned")  # it may end after what it woke
    assert main.spans[-1].woken_by is None
    assert thread.id in [span.woken_by for span in main.spans]


def by_name() -> None:
    start_new_thread(time.sleep, (0.05,))


def test_it_is_seen_under_a_name_of_the_programs() -> None:
    before = start_new_thread
    assert observe(by_name).threads == 1
    assert start_new_thread is before is _thread.start_new_thread


def test_its_error_is_told_as_python_tells_it(capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def fails() -> None:
        raise KeyError("price")

    def is_told() -> None:
        end = time.perf_counter() + 10
        while not told and time.perf_counter() < end:
            time.sleep(0.01)

    async def main() -> None:
        start_new_thread(fails, ())
        await asyncio.to_thread(is_told)

    hook, sys.unraisablehook = (
        sys.unraisablehook,
        lambda what: told.append(f"{what.err_msg} {what.object}"),
    )
    try:
        run = observe(main)
    finally:
        sys.unraisablehook = hook
    assert len(told) == 1
    assert fails.__qualname__ in told[0]
    life = next(life for life in run.lives if life.name == "fails")
    assert (life.outcome, str(life.error)) == ("raised", "KeyError: 'price'")


def test_what_is_no_function_is_refused_as_python_refuses_it() -> None:
    async def main() -> None:
        start_new_thread(7, ())  # type: ignore[arg-type, call-overload]

    run = observe(main)
    assert run.error is not None
    assert (run.error.type, run.threads) == ("TypeError", 0)


def test_a_bare_thread_that_waits_for_ever_is_no_hope() -> None:
    gate = threading.Event()

    async def main() -> None:
        start_new_thread(gate.wait, ())
        await asyncio.Event().wait()

    try:
        begun = time.perf_counter()
        assert observe(main).deadlock
        assert time.perf_counter() - begun < 5
    finally:
        gate.set()


def test_a_recording_sees_it_too() -> None:
    with recording() as run:
        asyncio.run(waits_for_a_bare_thread("start_new_thread"))
    assert run.threads == 1
    assert [life.kind for life in run.lives] == ["task", "thread"]


def test_a_recording_sees_it_under_a_name_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = sys.modules["__main__"]
    monkeypatch.setattr(cells, "start_it", start_new_thread, raising=False)
    with recording() as run:
        cells.start_it(time.sleep, (0,))
    assert run.threads == 1
    assert cells.start_it is start_new_thread


# Workers that wait for their next job when the run begins


def serve(next_job: Callable[[], Any]) -> None:
    while (job := next_job()) is not None:
        loop, future = job
        time.sleep(0.03)
        loop.call_soon_threadsafe(future.set_result, "done")


def by_queue(jobs: Any) -> Worker:
    return lambda: serve(jobs.get), jobs.put


def by_signal(wait: Callable[[], Any], signal: Callable[[], Any]) -> Worker:
    """Return a worker whose job lies ready when `wait`, which is C code, returns."""
    jobs: list[Any] = []

    def work() -> None:
        while True:
            wait()
            job = jobs.pop()
            if job is None:
                return
            loop, future = job
            time.sleep(0.03)
            loop.call_soon_threadsafe(future.set_result, "done")

    def put(job: Any) -> None:
        jobs.append(job)
        signal()

    return work, put


def by_pipe() -> Worker:
    out, into = os.pipe()
    return by_signal(lambda: os.read(out, 1), lambda: os.write(into, b"x"))


def by_lock() -> Worker:
    lock = threading.Lock()
    lock.acquire()
    return by_signal(lock.acquire, lock.release)


SOCKETS: list[socket.socket] = []


def by_socket() -> Worker:
    one, other = socket.socketpair()
    SOCKETS.extend((one, other))
    return by_signal(lambda: one.recv(1), lambda: other.send(b"x"))


WORKERS: dict[str, Any] = {
    "queue.Queue": lambda: by_queue(queue.Queue()),
    "queue.SimpleQueue": lambda: by_queue(queue.SimpleQueue()),
    "a pipe": by_pipe,
    "a lock": by_lock,
    "a socket": by_socket,
}
C_CODE = [pytest.param(name, marks=linux) for name in ("a pipe", "a lock", "a socket")]


async def hands_out(put: Callable[[Job], None]) -> list[str]:
    loop, results = asyncio.get_running_loop(), []
    for _ in range(3):
        future = loop.create_future()
        put((loop, future))
        async with asyncio.timeout(1000):
            results.append(await future)
    await asyncio.sleep(3600)
    return results


@pytest.fixture
def started() -> Iterator[Callable[..., Any]]:
    with ExitStack() as ends:

        def start(name: str, bare: bool) -> Callable[[Any], None]:
            work, put = WORKERS[name]()
            ends.callback(put, None)
            if bare:
                start_new_thread(work, ())
            else:
                threading.Thread(target=work, daemon=True).start()
            time.sleep(0.05)  # it waits now
            return put  # type: ignore[no-any-return]

        yield start
    time.sleep(0.01)
    for end in SOCKETS:
        end.close()
    SOCKETS.clear()


@pytest.mark.parametrize("bare", [False, True], ids=["threading", "_thread"])
@pytest.mark.parametrize("name", ["queue.Queue", "queue.SimpleQueue", *C_CODE])
def test_an_older_worker_is_waited_for(name: str, bare: bool, started: Callable[..., Any]) -> None:
    put = started(name, bare)
    for _ in range(2):
        begun = time.perf_counter()
        run = observe(hands_out, put)
        assert (run.error, run.result, run.duration) == (None, ["done"] * 3, 3600)
        assert run.threads == 0
        assert time.perf_counter() - begun < 10


def test_an_older_worker_may_still_be_on_its_way_back() -> None:
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def works_on_for_a_while() -> None:
        while (job := jobs.get()) is not None:
            loop, future = job
            loop.call_soon_threadsafe(future.set_result, "done")
            for _ in range(2_000_000):
                pass

    threading.Thread(target=works_on_for_a_while, daemon=True).start()
    try:
        for _ in range(3):
            run = observe(hands_out, jobs.put)
            assert (run.error, run.result) == (None, ["done"] * 3)
    finally:
        jobs.put(None)


@pytest.mark.parametrize("name", ["queue.Queue", "queue.SimpleQueue", *C_CODE])
def test_an_older_worker_without_a_job_is_no_hope(name: str, started: Callable[..., Any]) -> None:
    started(name, bare=False)
    begun = time.perf_counter()
    assert observe(asyncio.Event().wait).deadlock
    assert time.perf_counter() - begun < 5


async def ten_sleeps() -> None:
    for _ in range(10):
        await asyncio.sleep(360)


@pytest.mark.parametrize("pause", [None, 0.0, 0.001, 0.01, 0.1])
def test_an_older_thread_that_polls_or_works_holds_nobody_up(pause: float | None) -> None:
    over = threading.Event()

    def polls() -> None:
        while not over.is_set():
            if pause is not None:
                time.sleep(pause)

    threading.Thread(target=polls, daemon=True).start()
    try:
        begun = time.perf_counter()
        for _ in range(3):
            assert observe(ten_sleeps).duration == 3600
        assert time.perf_counter() - begun < 5
    finally:
        over.set()


@pytest.mark.parametrize("name", ["queue.Queue", "queue.SimpleQueue"])
def test_a_worker_of_the_run_may_wait_for_its_next_job(name: str) -> None:
    async def main() -> list[str]:
        work, put = WORKERS[name]()
        threading.Thread(target=work, daemon=True).start()
        try:
            return await hands_out(put)
        finally:
            put(None)

    begun = time.perf_counter()
    run = observe(main)
    assert (run.error, run.result, run.duration) == (None, ["done"] * 3, 3600)
    assert time.perf_counter() - begun < 10


def test_a_simple_queue_keeps_its_manners() -> None:
    async def main() -> list[Any]:
        items: queue.SimpleQueue[int] = queue.SimpleQueue()
        told: list[Any] = []
        for number in range(4):
            items.put(number)
        told += [items.get(), items.get(block=False), items.get(timeout=1), items.get_nowait()]
        for wrong in ({"block": False}, {"timeout": 0.01}):
            try:
                items.get(**wrong)
            except queue.Empty:
                told.append("empty")
        try:
            items.get(timeout=-1)
        except ValueError as error:
            told.append(str(error))
        return told

    with_it = observe(main).result
    assert with_it == [0, 1, 2, 3, "empty", "empty", "'timeout' must be a non-negative number"]
    assert vars(queue.SimpleQueue)["get"].__class__.__name__ == "method_descriptor"
