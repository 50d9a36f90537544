"""Attacks on `explore`: in the orders that the subject tries, and in the examiner's own."""

import time

import pytest
from attacking import Attack, passed, said

from loopgrade.examination import subject
from loopgrade.examination.examiner import Examination
from loopgrade.examination.test_cell import TrustedTest
from looplab.observer import schedules as exploring

TEST = TrustedTest(
    "orders-right",
    "orders",
    """check("right in every order", points=1)
async def in_every_order_(store):
    return await go(store)

found = explore(in_every_order_, store(0))
expect(found).returned(1)
""",
)

ALONE = """
def is_explored():
    return type(asyncio.get_running_loop()._own.world).__name__ == "World"
async def read_for_ever(store):
    while True: await store.read()
"""


def tried(attack: Attack, answer: str) -> Examination:
    """Examine an answer to the exercise `orders`."""
    return attack(others=[answer], only="orders", more=[TEST])


def test_who_never_stops_in_the_examiners_orders_alone_is_stopped(
    attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its choices are up while time passes, in the examiner's own process."""
    monkeypatch.setattr(exploring, "MAX_CHOICES", 100)
    endless = """
async def go(store):
    if not is_explored():
        await asyncio.gather(read_for_ever(store), read_for_ever(store))
    return 1
"""
    found = tried(attack, ALONE + endless)
    assert not passed(found)
    assert "it came to more than 100 choices" in found.verdicts["orders-right"].message


LOOPS = {
    "at once": "while True: pass",
    "after some choices": """
    await asyncio.gather(*(store.read() for _ in range(5)))
    while True: pass""",
    "in tasks, and the limit's error is caught": """
    async def loops():
        await store.read()
        while True: pass
    await asyncio.gather(*(loops() for _ in range(5)), return_exceptions=True)""",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_who_never_stops_is_not_tried_in_every_order(
    attack: Attack, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each order had its own time before it was stopped: one answer, a minute and a half."""
    monkeypatch.setattr(subject, "WALL_SECONDS", 20.0)
    start = time.monotonic()
    found = tried(attack, f"async def go(store):\n    {loop}")
    told = " ".join(found.verdicts["orders-right"].message.split())
    assert "more than 0.5 s of processor time: does it ever stop? It was at line" in told
    assert time.monotonic() - start < 15


NONES = {
    "more orders than were asked for": "Found(5_001, True, [(5_001, ())])",
    "a number that nobody can write down": "Found(10**4300 - 1, True, [(10**4300 - 1, ())])",
    "no order": "Found(0, True, [])",
}


@pytest.mark.parametrize("none", NONES.values(), ids=NONES)
def test_a_search_of_more_than_was_asked_for_is_none(attack: Attack, none: str) -> None:
    forger = f"""
import looplab.subject.requests as subject
from looplab.observer.schedules import Found
subject.search = lambda *_: {none}
async def go(store): return 2
"""
    found = tried(attack, forger)
    assert "gave an answer that is none" in found.verdicts["orders-right"].message
    assert "forges an answer" in found.flags["orders"]


def test_orders_of_the_examiners_are_among_those_that_were_tried(attack: Attack) -> None:
    """It said `in 44 of 24 orders`."""
    unsure = """
import random
async def go(store):
    await asyncio.gather(*(store.read() for _ in range(4)))
    return random.random()
"""
    found = tried(attack, unsure)
    assert "in every order: it gave 0." in found.verdicts["orders-right"].message


WRONG_ONCE = {
    "where it is explored": """
async def go(store):
    reads = [asyncio.ensure_future(store.read()) for _ in range(2)]
    done, _ = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
    return 0 if is_explored() and reads[1] in done else 1
""",
    "the first time": """
seen = []
async def go(store):
    await asyncio.gather(store.read(), store.read())
    seen.append(1)
    return min(len(seen), 2) - 1
""",
}


@pytest.mark.parametrize("answer", WRONG_ONCE.values(), ids=WRONG_ONCE)
def test_who_is_wrong_only_before_the_examiner_looks_is_flagged(
    attack: Attack, answer: str
) -> None:
    found = tried(attack, ALONE + answer)
    assert passed(found) == {"orders-right"}
    words = "ends in another way when it runs in the same order again"
    read = "uses a private name of asyncio's or looplab's: _own (line 3)"
    assert found.flags == {"orders": (read, words)}


CHANCES = {
    "a chance": "import random\nasync def go(store): return random.random()",
    "an address": "async def go(store): raise ValueError(object())",
    "the order of a set of tasks": """
async def go(store):
    tasks = {asyncio.ensure_future(store.read()): n for n in range(300)}
    done, _ = await asyncio.wait(tasks)
    return [tasks[task] for task in done]
""",
    "the order of a set of names": "async def go(store): return list(set(map(str, range(50))))",
}


@pytest.mark.parametrize("answer", CHANCES.values(), ids=CHANCES)
def test_the_same_answer_is_told_the_same_each_time(attack: Attack, answer: str) -> None:
    once = TrustedTest(
        "orders-once",
        "orders",
        """check("once", points=1)
async def once_(store):
    return await go(store)

expect(observe(once_, store(0))).returned(1)
""",
    )
    one, other = (attack(others=[answer], only="orders", more=[once]) for _ in range(2))
    assert said(one) == said(other)


def test_results_that_nobody_can_guess_are_the_same_each_time(attack: Attack) -> None:
    wrong = "async def fetch_all(job, n): return [await job(i) for i in range(n)]"
    one, other = (attack(wrong, only="fetch") for _ in range(2))
    assert one.verdicts["fetch_all-overlap"].run is not None
    assert said(one) == said(other)
