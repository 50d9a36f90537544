"""Random inputs from the corners of their domains, without a change to the test cell."""

import random
from collections.abc import Callable

import pytest

from loopgrade.bank.draws import Corner, Draw, drawing_corners

SEEDS = [f"seed {n}" for n in range(60)]


@pytest.mark.parametrize(
    ("draw", "low", "high"),
    [
        (lambda dice: dice.randint(3, 20), 3, 20),
        (lambda dice: dice.randrange(7), 0, 6),
        (lambda dice: dice.choice("abcdef"), "a", "f"),
        (lambda dice: dice.choices(range(9))[0], 0, 8),
        (lambda dice: dice.sample(range(50), 1)[0], 0, 49),
    ],
)
def test_both_ends_come_often_and_nothing_beyond(
    draw: Callable[[random.Random], object], low: object, high: object
) -> None:
    drawn = [draw(Corner(seed)) for seed in SEEDS]
    assert drawn.count(low) > 10
    assert drawn.count(high) > 10
    assert drawn.count(low) + drawn.count(high) < 60
    assert set(drawn) == {*drawn, low, high}
    assert all(low <= each <= high for each in drawn)  # type: ignore[operator]


def test_an_interval_has_ends_too() -> None:
    drawn = [Corner(seed).uniform(1, 9) for seed in SEEDS]
    assert drawn.count(1) > 10
    assert sum(each > 8.999999 for each in drawn) > 10
    assert all(1 <= each <= 9 for each in drawn)


def test_what_must_differ_still_comes_to_an_end() -> None:
    for seed in SEEDS:
        assert sorted(Corner(seed).sample(range(30), 30)) == list(range(30))
        found: set[int] = set()
        dice = Corner(seed)
        while len(found) < 5:
            found.add(dice.randrange(5))


def test_only_the_seeds_that_are_meant_draw_corners() -> None:
    usual = random.Random
    expected = random.Random("another").random()
    with drawing_corners(["mine"]):
        assert isinstance(random.Random("mine"), Corner)
        assert type(random.Random("another")) is usual
        assert random.Random("another").random() == expected
    assert random.Random is usual
    assert type(random.Random("mine")) is usual


def test_no_two_draws_share_a_seed() -> None:
    draws = [*(Draw(n) for n in range(20)), *(Draw(n, corner=True) for n in range(20))]
    assert len({draw.seed("a lesson", "a test") for draw in draws}) == 40
