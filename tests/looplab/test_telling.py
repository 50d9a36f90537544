"""Every way in which a program can ask for the time tells the virtual one, and only there."""

import asyncio
import concurrent.futures
import copy
import datetime
import email.utils
import logging
import pickle
import threading
import time
import warnings
from collections.abc import Callable
from datetime import date as day
from datetime import datetime as moment
from datetime import timedelta, timezone
from time import ctime, gmtime, localtime
from typing import Any

import pytest

from looplab import observe, recording

HOUR = 3600


def utcnow() -> moment:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return moment.utcnow()


def logged() -> float:
    return logging.LogRecord("name", 10, "path", 1, "text", None, None).created


def minutes(told: str) -> float:
    return time.mktime(time.strptime(told))


WAYS: dict[str, Callable[[], float]] = {
    "time": lambda: time.time(),
    "time_ns": lambda: time.time_ns() / 1e9,
    "monotonic": lambda: time.monotonic(),
    "perf_counter_ns": lambda: time.perf_counter_ns() / 1e9,
    "localtime": lambda: time.mktime(time.localtime()),
    "localtime by name": lambda: time.mktime(localtime()),
    "localtime(None)": lambda: time.mktime(localtime(None)),
    "gmtime by name": lambda: time.mktime(gmtime()),
    "ctime": lambda: minutes(time.ctime()),
    "ctime by name": lambda: minutes(ctime()),
    "asctime": lambda: minutes(time.asctime()),
    "strftime": lambda: minutes(time.strftime("%a %b %d %H:%M:%S %Y")),
    "datetime.now": lambda: datetime.datetime.now().timestamp(),
    "datetime.now by name": lambda: moment.now().timestamp(),
    "datetime.now(tz)": lambda: moment.now(datetime.UTC).timestamp(),
    "datetime.now(tz=)": lambda: moment.now(tz=timezone(timedelta(hours=8))).timestamp(),
    "datetime.today": lambda: moment.today().timestamp(),
    "datetime.utcnow": lambda: utcnow().timestamp(),
    "of an instance": lambda: moment(2000, 1, 1).now().timestamp(),
    "logging": logged,
    "email": lambda: email.utils.localtime().timestamp(),
}
if hasattr(time, "clock_gettime"):
    WAYS["clock_gettime"] = lambda: time.clock_gettime(time.CLOCK_REALTIME)
    WAYS["clock_gettime_ns"] = lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9


async def an_hour(ask: Callable[[], float]) -> float:
    before = ask()
    await asyncio.sleep(HOUR)
    return ask() - before


@pytest.mark.parametrize("way", WAYS)
def test_an_hour_passes(way: str) -> None:
    run = observe(an_hour, WAYS[way])
    assert run.result == pytest.approx(HOUR, abs=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_real_time_is_told_again(way: str) -> None:
    before = WAYS[way]()
    observe(an_hour, WAYS[way])
    assert 0 <= WAYS[way]() - before < 60


async def days() -> list[Any]:
    first = day.today()
    await asyncio.sleep(40 * 24 * HOUR)
    same = datetime.date.today() == day.fromtimestamp(time.time())
    return [(day.today() - first).days, type(first) is datetime.date, same]


def test_days_pass() -> None:
    assert observe(days).result == [40, True, True]


async def at_once() -> list[str]:
    told = [time.strftime("%Y"), time.ctime()[-4:], str(localtime().tm_year)]
    return [*told, str(moment.now().year), str(day.today().year), str(gmtime().tm_year)]


def test_all_of_them_tell_one_time() -> None:
    assert set(observe(at_once).result) == {"2023"}


async def polls(until: moment) -> int:
    looks = 0
    while moment.now() < until:
        looks += 1
        await asyncio.sleep(1)
    return looks


async def until_a_moment() -> int:
    return await polls(datetime.datetime.now() + timedelta(seconds=90))


def test_a_poll_for_a_moment_ends() -> None:
    assert observe(until_a_moment).result == 90


class Deadline(moment):
    """A date of the program's own."""


async def types() -> list[bool]:
    one, own = moment.now(), Deadline.now(datetime.UTC)
    return [
        type(one) is datetime.datetime,
        type(own) is Deadline,
        type(Deadline.today()) is Deadline,
        isinstance(one, datetime.date),
        issubclass(Deadline, datetime.datetime),
        pickle.loads(pickle.dumps(one)) == one,
        pickle.loads(pickle.dumps(own)) == own,
        pickle.loads(pickle.dumps(moment.now))() == one,
        copy.deepcopy(one) == one,
        moment.fromisoformat(one.isoformat()) == one,
    ]


def test_a_moment_stays_what_it_is() -> None:
    assert observe(types).result == [True] * 10


def test_python_has_its_own_methods_again() -> None:
    def own() -> list[Any]:
        names = ("now", "utcnow")
        return [vars(moment)[name] for name in names] + [vars(day)["today"], time.ctime, localtime]

    before = own()
    observe(at_once)
    assert all(one is other for one, other in zip(own(), before, strict=True))


async def wrongly() -> list[str]:
    told = []
    asked: list[Callable[[], Any]] = [
        lambda: moment.now(8),  # type: ignore[arg-type]
        lambda: moment.now(datetime.UTC, 1),  # type: ignore[call-arg]
        lambda: time.strftime(),  # type: ignore[call-arg]
        lambda: time.ctime("now"),  # type: ignore[arg-type]
        lambda: day.today(1),  # type: ignore[call-arg]
    ]
    for each in asked:
        try:
            each()
        except TypeError:
            told.append("TypeError")
    return told


def test_a_wrong_argument_is_refused() -> None:
    assert observe(wrongly).result == ["TypeError"] * 5


async def warned() -> None:
    moment.utcnow()


def test_utcnow_warns_where_python_does() -> None:
    def warnings_of(program: Callable[[], Any]) -> list[str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            program()
        return [str(each.message)[:30] for each in caught]

    real = warnings_of(lambda: moment.utcnow())
    told = [each.partition(": ")[2][:30] for each in observe(warned).warnings]
    assert told == real


async def in_a_thread() -> int:
    return await asyncio.to_thread(lambda: moment.now().year)


def test_another_thread_keeps_real_time() -> None:
    years: list[int] = []
    asked, told = threading.Event(), threading.Event()

    def ask() -> None:
        asked.wait(10)
        years.append(day.today().year)
        told.set()

    def program() -> None:
        asked.set()
        told.wait(10)

    thread = threading.Thread(target=ask)
    thread.start()
    observe(program)
    thread.join()
    assert years[0] == day.today().year > 2023 < observe(in_a_thread).result


def test_one_inside_another_has_its_own_time() -> None:
    async def outer() -> list[float]:
        await asyncio.sleep(HOUR)
        inner = observe(an_hour, WAYS["ctime"])
        return [inner.result, WAYS["strftime"]() % 86_400, WAYS["datetime.now"]() - time.time()]

    async def told() -> list[float]:
        await asyncio.sleep(HOUR)
        return [HOUR, WAYS["strftime"]() % 86_400, 0]

    assert observe(outer).result == observe(told).result


def test_the_processors_time_is_real() -> None:
    async def busy() -> float:
        before = time.process_time() + time.thread_time()
        await asyncio.sleep(HOUR)
        return time.process_time() + time.thread_time() - before

    assert 0 <= observe(busy).result < 60


def test_a_pool_gets_dates() -> None:
    async def sent() -> bool:
        loop, now = asyncio.get_running_loop(), moment.now()
        with concurrent.futures.ProcessPoolExecutor(1) as pool:
            return await loop.run_in_executor(pool, copy.copy, now) == now

    assert observe(sent).result is True


def test_a_recording_leaves_the_time_alone() -> None:
    with recording() as run:
        told = moment.now()
    assert abs(told.timestamp() - time.time()) < 60
    assert run.clock == "real"
