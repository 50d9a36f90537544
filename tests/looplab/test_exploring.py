"""Every order in which services may answer: counted, told apart, replayed, and no false alarm."""

import asyncio
import json
import socket
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from looplab import CheckFailed, arrivals, expect, explore, gens, jobs, observe, store
from looplab.observer.schedules import MAX_OUTCOMES, MAX_SCHEDULES, Found, Schedule
from looplab.runs.wire import WireError
from looplab.virtual.hiding import current_loops, no_current_loop
from looplab.virtual.specs import spec_from_json, spec_to_json


async def deposit(account: Any, amount: int) -> None:
    await account.write(await account.read() + amount)


async def bank(account: Any, deposits: int) -> int:
    await asyncio.gather(*(deposit(account, 10**n) for n in range(deposits)))
    balance: int = await account.read()
    return balance


async def safe_bank(account: Any, deposits: int) -> int:
    lock = asyncio.Lock()

    async def safe(amount: int) -> None:
        async with lock:
            await deposit(account, amount)

    await asyncio.gather(*(safe(10**n) for n in range(deposits)))
    balance: int = await account.read()
    return balance


# Counting


@pytest.mark.parametrize(("deposits", "orders", "lost"), [(2, 6, 4), (3, 90, 84), (4, 2520, 2496)])
def test_all_orders_are_tried_once(deposits: int, orders: int, lost: int) -> None:
    """There are (2k)!/2^k ways to interleave k reads, each before its write."""
    whole = int("1" * deposits)
    found = explore(bank, store(0), deposits)
    assert (found.schedules, found.complete) == (orders, True)
    assert sum(outcome.count for outcome in found.outcomes) == orders
    assert sum(each.count for each in found.failing(lambda run: run.result == whole)) == lost


@pytest.mark.parametrize("deposits", [2, 3, 4])
def test_with_a_lock_nothing_is_lost(deposits: int) -> None:
    found = explore(safe_bank, store(0), deposits)
    assert (found.schedules, found.complete) == (1, True)
    expect(found).returned(int("1" * deposits)).nothing_left()


def test_a_timer_may_go_off_before_an_answer_comes() -> None:
    async def late(account: Any) -> int:
        await asyncio.sleep(0.05)
        await deposit(account, 10)

    async def main(account: Any) -> int:
        await asyncio.gather(deposit(account, 1), late(account))
        return await account.read()

    assert observe(main, store(0, delay=0.002)).result == 11
    found = explore(main, store(0))
    assert found.complete
    assert {outcome.run.result for outcome in found.outcomes} == {1, 10, 11}


def test_what_has_no_end_is_cut() -> None:
    found = explore(bank, store(0), 6)  # 7,484,400 orders
    assert (found.schedules, found.complete) == (MAX_SCHEDULES, False)
    assert 1 < len(found.outcomes) <= MAX_OUTCOMES


# What one order leaves, the next does not find

NOTE: ContextVar[str] = ContextVar("note", default="none")


async def _ticks(account: Any) -> Any:
    try:
        while True:
            yield await account.read()
    finally:
        NOTE.set("closed")


def leaves_a_note(_: Any) -> str:
    found = NOTE.get()
    NOTE.set("left")
    return found


def leaves_a_current_loop(_: Any) -> bool:
    found = bool(current_loops())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.close()
    return found


async def leaves_a_task(account: Any) -> int:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.Event().wait()

    found = len(asyncio.all_tasks())
    LEFT.append(asyncio.create_task(stubborn()))
    await asyncio.sleep(0)
    return found


async def leaves_callbacks(_: Any) -> list[str]:
    loop, mine = asyncio.get_running_loop(), object()
    LEFT[:] = [mine]

    def late(what: str) -> None:
        if LEFT[0] is not mine:
            LEFT.append(what)

    await asyncio.sleep(1)
    loop.call_later(0.5, late, "a timer")
    loop.call_soon(loop.call_soon, late, "a callback")  # in the turn after the last one
    return LEFT[1:]


async def leaves_settings(_: Any) -> list[object]:
    loop: Any = asyncio.get_running_loop()
    found = [loop.get_debug(), loop.get_task_factory(), loop.slow_callback_duration]
    found += [getattr(loop, "mark", None), loop.get_exception_handler() is print]
    loop.set_debug(True)
    loop.set_task_factory(lambda loop, coroutine, **more: asyncio.Task(coroutine, loop=loop))
    loop.set_exception_handler(print)
    loop.slow_callback_duration, loop.mark = 9, 1
    return found


async def leaves_a_generator(account: Any) -> int:
    loop: Any = asyncio.get_running_loop()
    found = len(loop._asyncgens)
    ticks = _ticks(account)
    await anext(ticks)
    LEFT.append(ticks)
    return found


async def leaves_a_reader(_: Any) -> bool:
    ends = socket.socketpair()
    LEFT.extend(ends)
    loop = asyncio.get_running_loop()
    found = len(loop._selector.get_map()) > 1  # type: ignore[attr-defined]  # no public name
    loop.add_reader(ends[0], print)
    return found


async def leaves_a_thread(_: Any) -> bool:
    loop: Any = asyncio.get_running_loop()
    found = loop._default_executor is not None
    await asyncio.to_thread(int)
    return found


LEFT: list[Any] = []
LEAVING: list[tuple[Callable[..., Any], object]] = [
    (leaves_a_note, "none"),
    (leaves_a_current_loop, False),
    (leaves_a_task, 1),
    (leaves_callbacks, []),
    (leaves_settings, [False, None, 0.1, None, False]),
    (leaves_a_generator, 0),
    (leaves_a_reader, False),
    (leaves_a_thread, False),
]


@pytest.mark.parametrize(
    ("program", "result"), LEAVING, ids=lambda each: getattr(each, "__name__", "")
)
def test_an_order_finds_nothing_of_the_last_one(program: Any, result: object) -> None:
    LEFT.clear()
    with no_current_loop():
        found = explore(program, store(0), orders=4)
        assert [outcome.count for outcome in found.outcomes] == [4]
        assert NOTE.get() == "none"
        assert copy_context().run(lambda: found.outcomes[0].run.result) == result
    for each in LEFT:
        if isinstance(each, socket.socket):
            each.close()


# Random orders


def test_random_orders_are_the_same_for_a_seed() -> None:
    one, same, other = (explore(bank, store(0), 4, orders=60, seed=s) for s in (1, 1, 2))
    assert (one.schedules, one.complete) == (60, False)
    assert [(o.count, o.choices) for o in one.outcomes] == [
        (o.count, o.choices) for o in same.outcomes
    ]
    assert [o.count for o in one.outcomes] != [o.count for o in other.outcomes]


def test_a_random_order_is_made_simple() -> None:
    """Of three deposits one overwrites another in the order in which all were asked."""
    found = explore(bank, store(0), 3, orders=100, seed=3)
    [lost] = [o for o in found.outcomes if o.run.result == 100]
    assert lost.choices == ()
    [right] = [o for o in found.outcomes if o.run.result == 111]
    assert sum(map(bool, right.choices)) <= 4


# Outcomes


def test_each_outcome_has_a_run_that_ends_so() -> None:
    found = explore(bank, store(0), 3)
    assert len({outcome.run.result for outcome in found.outcomes}) == len(found.outcomes) == 7
    for outcome in found.outcomes:
        assert outcome.run.call == "bank(store, 3)"
        again = explore(bank, store(0), 3)
        [same] = [each for each in again.outcomes if each.choices == outcome.choices]
        assert json.dumps(same.run.to_json()) == json.dumps(outcome.run.to_json())


def test_errors_leftovers_and_deadlocks_are_outcomes() -> None:
    async def first_wins(job: Any) -> str:
        tasks = [asyncio.ensure_future(job(n)) for n in range(3)]
        done, _ = await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
        if tasks[2] in done:
            await asyncio.Event().wait()
        return str(done.pop().result())

    found = explore(
        first_wins, jobs([1, 1, 1], results=["a", "b", "c"], errors={1: ValueError("no")})
    )
    assert found.complete
    told = {
        (run.result, run.error and run.error.type, len(run.leftovers))
        for run in (outcome.run for outcome in found.outcomes)
    }
    assert told == {("a", None, 2), (None, "ValueError", 2), (None, "Deadlock", 0)}


def test_a_task_that_is_cancelled_and_not_waited_for_is_left_in_its_orders_alone() -> None:
    async def hurries(account: Any) -> str:
        reads = [asyncio.ensure_future(account.read()) for _ in range(2)]
        done, _ = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
        if reads[0] in done:
            await reads[1]
        reads[0].cancel()
        return "read"

    found = explore(hurries, store(0))
    assert [len(outcome.run.leftovers) for outcome in found.outcomes] == [0, 1]
    with pytest.raises(CheckFailed, match="in 1 of 2 orders"):
        expect(found).nothing_left()


def test_a_program_without_services_has_one_order() -> None:
    found = explore(list, *gens([1, 2]))
    assert (found.schedules, found.complete) == (1, True)
    assert found.outcomes[0].run.result == [1, 2]


def test_a_store_may_fail() -> None:
    found = explore(bank, store(0, errors={2: OSError("gone")}), 2)
    assert {o.run.error.type for o in found.outcomes if o.run.error} == {"OSError"}


def test_a_program_that_never_stops_ends() -> None:
    async def polls(account: Any) -> None:
        while True:  # noqa: ASYNC110  # that is what it is about
            await asyncio.sleep(0)

    found = explore(polls, store(0))
    assert found.outcomes[0].run.error is not None
    assert found.outcomes[0].run.error.type == "TooMuch"


def test_it_reads_well() -> None:
    assert str(explore(bank, store(0), 2)).splitlines() == [
        "bank(store, 2) in 6 orders, which is all:",
        "       2  gives 10",
        "       2  gives 1",
        "       2  gives 11",
    ]


def test_a_check_is_made_of_every_order() -> None:
    with pytest.raises(CheckFailed) as caught:
        expect(explore(bank, store(0), 2)).finished().returned(11, hint="use a lock")
    assert caught.value.happened == "in 4 of 6 orders of the services' answers: it gave 10"
    assert caught.value.run is not None
    assert caught.value.run.result == 10
    with pytest.raises(TypeError, match="expect takes what observe returned, not a int"):
        expect(3)  # type: ignore[arg-type]  # what is tested


def test_the_programs_clock_and_loop_are_as_before() -> None:
    async def main() -> list[int]:
        return [outcome.count for outcome in explore(bank, store(0), 2).outcomes]

    assert asyncio.run(main()) == [2, 2, 2]


# Programs that are right by what asyncio promises: no order of answers may fail them


async def started_in_order(job: Any) -> list[int]:
    started = list[int]()

    async def one(n: int) -> None:
        started.append(n)
        await job(n)

    await asyncio.gather(*(one(n) for n in range(3)))
    return started


async def lets_it_start(job: Any) -> bool:
    begun = []

    async def child() -> None:
        begun.append(True)
        await job(0)

    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    told = bool(begun)
    await task
    return told


async def ping_pong(job: Any) -> str:
    said = list[str]()

    async def say(word: str) -> None:
        for _ in range(3):
            said.append(word)
            await asyncio.sleep(0)

    await asyncio.gather(say("a"), say("b"), job(0))
    return "".join(said)


async def event_waiters(job: Any) -> list[int]:
    event, woken = asyncio.Event(), list[int]()

    async def waiter(n: int) -> None:
        await event.wait()
        woken.append(n)

    waiting = [asyncio.create_task(waiter(n)) for n in range(3)]
    await job(0)
    event.set()
    await asyncio.gather(*waiting)
    return woken


async def fair_lock(job: Any) -> list[int]:
    lock, served = asyncio.Lock(), list[int]()

    async def customer(n: int) -> None:
        async with lock:
            await job(n)
            served.append(n)

    await asyncio.gather(*(customer(n) for n in range(3)))
    return served


async def queue_in_order(job: Any) -> list[int]:
    queue: asyncio.Queue[int] = asyncio.Queue()
    for n in range(3):
        queue.put_nowait(n)
    await job(0)
    return [await queue.get() for _ in range(3)]


async def two_sleeps(job: Any) -> list[int]:
    ended = list[int]()

    async def sleeper(n: int) -> None:
        await asyncio.sleep(n)
        ended.append(n)

    await asyncio.gather(sleeper(2), sleeper(1), job(0))
    return ended


async def results_in_order(job: Any) -> Any:
    return await asyncio.gather(*(job(n) for n in range(3)))


async def callbacks_in_order(job: Any) -> list[int]:
    called = list[int]()
    for n in range(3):
        asyncio.get_running_loop().call_soon(called.append, n)
    await job(0)
    return called


RIGHT: dict[str, tuple[Callable[..., Any], object]] = {
    "start order of gather": (started_in_order, [0, 1, 2]),
    "sleep(0) lets a task start": (lets_it_start, True),
    "sleep(0) takes turns": (ping_pong, "ababab"),
    "waiters of an event": (event_waiters, [0, 1, 2]),
    "a fair lock": (fair_lock, [0, 1, 2]),
    "a queue": (queue_in_order, [0, 1, 2]),
    "two sleeps": (two_sleeps, [1, 2]),
    "results of gather": (results_in_order, ["a", "b", "c"]),
    "call_soon": (callbacks_in_order, [0, 1, 2]),
}


@pytest.mark.parametrize(("program", "result"), RIGHT.values(), ids=RIGHT)
def test_what_asyncio_promises_raises_no_alarm(program: Any, result: object) -> None:
    found = explore(program, jobs([1, 1, 1], results=["a", "b", "c"]))
    assert found.complete
    expect(found).returned(result).nothing_left()


@pytest.mark.parametrize("name", ["start order of gather", "waiters of an event", "call_soon"])
def test_shuffling_shows_who_relies_on_the_promise(name: str) -> None:
    program, result = RIGHT[name]
    found = explore(program, jobs([1, 1, 1]), shuffle_ready=True)
    assert found.failing(lambda run: run.result == result)
    for outcome in found.outcomes:
        assert sorted(outcome.run.result) == result


# What comes out of a sandbox


def test_a_schedule_is_counted_up_like_a_number() -> None:
    schedule, seen = Schedule(), []
    begin: list[int] | None = []
    while begin is not None:
        schedule = Schedule(begin)
        seen.append((schedule.choose(2), schedule.choose(3)))
        begin = schedule.following()
    assert seen == [(a, b) for a in range(2) for b in range(3)]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"schedules": 1, "complete": True, "outcomes": []},
        {"schedules": True, "complete": True, "outcomes": [[True, []]]},
        {"schedules": 2, "complete": True, "outcomes": [[1, []]]},
        {"schedules": 1, "complete": 1, "outcomes": [[1, []]]},
        {"schedules": 1, "complete": True, "outcomes": [[1, [-1]]]},
        {"schedules": 1, "complete": True, "outcomes": [[1, [0.5]]]},
        {"schedules": 1, "complete": True, "outcomes": [[1, "0"]]},
        {"schedules": 1, "complete": True, "outcomes": [[1, []]], "more": 1},
        {"schedules": 99, "complete": True, "outcomes": [[1, []]] * 99},
        {"schedules": 1, "complete": True, "outcomes": [[1, [0] * 10_001]]},
    ],
)
def test_what_is_no_search_is_refused(data: Any) -> None:
    with pytest.raises(WireError):
        Found.from_json(data, None)


@pytest.mark.parametrize(
    "spec",
    [
        jobs([1, 2], results=["a", b"b"], errors={1: ValueError("no", 3)}),
        store(float("inf"), delay=0.5, errors={0: OSError()}, name="till"),
        gens([1, (2, 3)], error=KeyError("x"), endless=True)[0],
        gens([])[0],
        jobs([1], results=["a"], clean_ups=[2], in_turn=True),
        arrivals([1, "b"], pause=2, last=0, error=OSError("gone")),
        arrivals([]),
    ],
)
def test_a_spec_crosses_whole(spec: Any) -> None:
    again = spec_from_json(json.loads(json.dumps(spec_to_json(spec, whole=True))))
    assert repr(again) == repr(spec)
    assert set(spec_to_json(spec, whole=False)) == {"kind", "name"}
