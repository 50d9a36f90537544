"""A check ends what it observes: when its time is up, and when Stop is pressed."""

import _thread
import asyncio
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from looplab import CheckFailed, check, expect, explore, observe
from looplab.observer import announcing, patience
from looplab.recorder import waiting

# The other way to limit a test has a use of its own for SIGALRM.
pytestmark = pytest.mark.timeout(60, method="thread")


@pytest.fixture(autouse=True)
def a_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(patience, "SECONDS", 0.3)
    check("it ends", points=1)
    waiting._tests.clear()  # this file is the program's, and not the test cell's
    yield
    announcing.forget()
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def busy() -> None:
    while True:
        pass


async def busy_in_a_task() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(busy_coroutine())
        group.create_task(asyncio.sleep(3))


async def busy_coroutine() -> None:
    while True:
        pass


def busy_generator() -> Iterator[int]:
    while True:
        if time.time() < 0:
            yield 1


async def waits_on_a_clock_that_stands_still() -> None:
    while asyncio.get_running_loop().time() < 2:
        pass


async def locks_twice() -> None:
    lock = threading.Lock()
    for _ in range(2):
        lock.acquire()


def gets_from_an_empty_queue() -> None:
    queue.SimpleQueue[int]().get()


def sleeps() -> None:
    time.sleep(60)


async def sleeps_in_a_task() -> None:
    await asyncio.gather(asyncio.to_thread(int), blocks())


async def blocks() -> None:
    time.sleep(60)  # noqa: ASYNC251  # what is tested


def swallows() -> None:
    while True:
        try:  # noqa: SIM105  # what is tested
            busy()
        except BaseException:
            pass
        len("")


async def swallows_in_a_coroutine() -> None:
    while True:
        try:  # what is tested
            await asyncio.sleep(0)
            busy()
        except BaseException:
            pass
        len("")


def swallows_twice() -> None:
    while True:
        try:  # noqa: SIM105  # what is tested
            swallows()
        except BaseException:
            pass
        len("")


swallowing = pytest.mark.skipif(
    sys.version_info[:2] == (3, 12), reason="Python 3.12 lets a loop around such a try go on"
)

VIRTUAL = [
    (busy, "while True:"),
    (busy_in_a_task, "while True:"),
    (busy_generator, "if time.time() < 0:"),
    (waits_on_a_clock_that_stands_still, "while asyncio.get_running_loop().time() < 2:"),
    (locks_twice, "lock.acquire()"),
    (gets_from_an_empty_queue, "queue.SimpleQueue[int]().get()"),
    pytest.param(swallows, "while True:", marks=swallowing),
    pytest.param(swallows_in_a_coroutine, "while True:", marks=swallowing),
    pytest.param(swallows_twice, "while True:", marks=swallowing),
]
REAL = [(sleeps, "time.sleep(60)"), (sleeps_in_a_task, "time.sleep(60)")]


@pytest.mark.parametrize(
    ("program", "text"),
    [*VIRTUAL, *REAL],
)
def test_what_does_not_end_is_ended(program: Callable[..., Any], text: str) -> None:
    run = observe(program, clock="real" if (program, text) in REAL else "virtual")
    assert run.error is not None
    assert run.error.type == "TooMuch"
    assert run.error.line is not None
    begin = f"still running after 0.3 s in line {run.error.line} │ "
    stood_at = run.error.message.removeprefix(begin).partition("  # ")[0]
    assert stood_at in (text, "pass", "while True:")  # each is a line of the loop
    assert run.deadlock == ()
    with pytest.raises(CheckFailed, match="still running"):
        expect(run).took(0)


def test_a_wait_on_a_real_clock_has_no_line() -> None:
    run = observe(asyncio.sleep, 60, clock="real")
    assert run.error is not None
    assert (run.error.message, run.error.line) == ("still running after 0.3 s", None)


def test_what_an_exploration_does_not_end_is_ended() -> None:
    found = explore(busy_coroutine)
    [outcome] = found.outcomes
    assert outcome.run.error is not None
    assert outcome.run.error.line is not None
    with pytest.raises(CheckFailed, match="still running after 0\\.3 s in line"):
        expect(found).returned(None)


def test_without_a_timer_a_thread_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_HAS_TIMER", False)
    for program in (busy, busy_in_a_task):
        run = observe(program)
        assert run.error is not None
        assert run.error.message.startswith("still running after 0.3 s in line")


async def leaves_one_that_swallows() -> str:
    async def never_ends() -> None:
        while True:
            try:  # noqa: SIM105  # what is tested
                await asyncio.sleep(1)
            except BaseException:
                pass
            len("")

    task = asyncio.create_task(never_ends())
    await asyncio.sleep(2)
    return task.get_name()


@swallowing
def test_what_nobody_can_cancel_is_ended_with_the_program() -> None:
    run = observe(leaves_one_that_swallows)
    assert run.error is not None
    assert run.error.message.startswith("still running")


def test_a_program_that_ends_is_as_ever() -> None:
    run = observe(asyncio.sleep, 3600, "done")
    assert (run.result, run.duration, run.error) == ("done", 3600, None)


def test_outside_a_check_and_in_another_thread_nobody_watches() -> None:
    handlers = []

    def look() -> None:
        handlers.append(signal.getsignal(signal.SIGALRM))

    thread = threading.Thread(target=observe, args=[look])
    thread.start()
    thread.join()
    announcing.forget()
    observe(look)
    assert handlers == [signal.SIG_DFL] * 2


def test_a_program_that_uses_the_signal_keeps_it() -> None:
    def mine(*_: object) -> None:
        raise NotImplementedError

    def look() -> bool:
        return signal.getsignal(signal.SIGALRM) is mine

    signal.signal(signal.SIGALRM, mine)
    try:  # what is tested
        assert observe(look).result is True
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def pressing_stop() -> None:
    _thread.interrupt_main()
    swallows()


async def pressing_stop_in_a_loop() -> None:
    await asyncio.sleep(1)
    pressing_stop()


def pressing_stop_in_a_loop_of_its_own() -> None:
    asyncio.run(pressing_stop_in_a_loop())


def swallows_stop() -> str:
    try:  # what is tested
        signal.raise_signal(signal.SIGINT)
        busy()
    except KeyboardInterrupt:
        pass
    return "went on"


@swallowing
@pytest.mark.parametrize(
    "program",
    [
        pressing_stop,
        pressing_stop_in_a_loop,
        pressing_stop_in_a_loop_of_its_own,
        swallows_stop,
    ],
)
def test_stop_ends_it_with_one_line(
    program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "SECONDS", 20)  # a busy machine may need a second to press
    with pytest.raises(KeyboardInterrupt) as caught:
        observe(program)
    assert isinstance(caught.value, patience.Stopped)
    assert caught.value._render_traceback_() == [
        "■ it ends (1 point): stopped before it was judged"
    ]


@swallowing
def test_stop_ends_an_exploration() -> None:
    with pytest.raises(patience.Stopped):
        explore(pressing_stop_in_a_loop)


def test_a_call_with_other_parameters_is_told() -> None:
    for program in (blocks, sleeps):
        run = observe(program, 1, 2)
        assert run.error is not None
        assert run.error.type == "TypeError"
        assert "0 positional arguments but 2 were given" in run.error.message
    assert sys.gettrace() is None
