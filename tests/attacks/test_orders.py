"""Attacks on `explore`: in the orders that the subject tries, and in the examiner's own."""

import time

import pytest
from attacking import Attack, passed

from loopgrade.examiner import Examination, TrustedTest
from looplab import exploring

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
    return type(asyncio.get_running_loop()._world).__name__ == "World"
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
def test_who_never_stops_is_not_tried_in_every_order(attack: Attack, loop: str) -> None:
    """Each order had its own time before it was stopped: one answer, a minute and a half."""
    start = time.monotonic()
    found = tried(attack, f"async def go(store):\n    {loop}")
    told = " ".join(found.verdicts["orders-right"].message.split())
    assert "more than 0.5 s of processor time: does it ever stop? It was at line" in told
    assert time.monotonic() - start < 3
