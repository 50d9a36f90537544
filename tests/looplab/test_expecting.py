"""A check that fails says what was expected, what happened, and one hint."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from looplab import CheckFailed, check, expect, gens, observe
from looplab.observer import announcing, expecting
from looplab.observer.sameness import same
from looplab.recorder import waiting


@pytest.fixture(autouse=True)
def nothing_announced() -> Iterator[None]:
    announcing.forget()
    waiting._tests.clear()  # this file is a test cell's to some tests, a program's to others
    yield
    announcing.forget()


async def slow() -> list[int]:
    await asyncio.sleep(7)
    return [1, 2]


async def threaded() -> None:
    await asyncio.to_thread(int)


async def stuck() -> None:
    await asyncio.Event().wait()


async def leaky() -> None:
    global kept
    kept = asyncio.create_task(slow(), name="worker")
    await asyncio.sleep(0)


async def grouped() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(failing())


async def failing() -> None:
    raise KeyError("k")


def test_what_is_as_expected_passes() -> None:
    expect(observe(slow)).returned([1, 2]).took(7).nothing_left().finished().without_threads()
    expect(observe(failing)).raised(KeyError)
    expect(observe(failing)).raised(LookupError)
    expect(observe(grouped)).raised(KeyError)


async def rude() -> None:
    time.sleep(7)  # noqa: ASYNC251  # what is tested


async def rude_in_a_thread() -> None:
    await asyncio.to_thread(time.sleep, 0.01)


def test_who_blocks_the_loop_is_not_done_in_time() -> None:
    """It takes as long, and nobody else could run."""
    with pytest.raises(CheckFailed) as failed:
        expect(observe(rude)).took(7)
    assert "rude() is done after 7 s, and nobody is held up" in failed.value.message
    assert "it blocked the loop for 7 s" in failed.value.message
    expect(observe(rude)).took(7, blocking=True)
    run = observe(rude_in_a_thread)
    expect(run).took(run.duration)


def looks_only(*sources: Iterator[int]) -> int:
    return next(sources[1])


def closes(*sources: Any) -> int:
    first: int = next(sources[1])
    sources[1].close()
    return first


def test_generators_are_to_be_closed() -> None:
    expect(observe(closes, *gens([1], [2]))).returned(2).took_items(1).closed_generators()
    expect(observe(sum, *gens([1, 2]))).took_items(2).closed_generators()
    with pytest.raises(CheckFailed, match=r"looks_only\(gens\[0\], gens\[1\]\) leaves no"):
        expect(observe(looks_only, *gens([1], [2]))).closed_generators()


@pytest.mark.parametrize(
    ("program", "judge", "expected", "happened"),
    [
        (slow, lambda e: e.returned([1, 3]), "slow() gives [1, 3]", "it gave [1, 2]"),
        (slow, lambda e: e.returned((1, 2)), "slow() gives (1, 2)", "it gave [1, 2]"),
        (slow, lambda e: e.took(4), "slow() is done after 4 s", "it took 7 s"),
        (
            slow,
            lambda e: e.raised(KeyError),
            "KeyError reaches the caller of slow()",
            "it returned [1, 2]",
        ),
        (failing, lambda e: e.returned(1), "failing() gives 1", "it raised KeyError: 'k'"),
        (failing, lambda e: e.raised(ValueError), "ValueError reaches", "it raised KeyError"),
        (
            stuck,
            lambda e: e.took(0),
            "stuck() is done after 0 s",
            "stuck waits for Event.wait (line",
        ),
        (leaky, lambda e: e.nothing_left(), "every task", "worker waits for sleep(7) (line"),
        (threaded, lambda e: e.without_threads(), "runs in one thread", "it started: 1"),
        (slow, lambda e: e.took_items(2), "slow() takes 2 of the", "it took 0"),
        (slow, lambda e: e.ran_at_most(1), "only when there is", "its tasks ran 2 times"),
        (slow, lambda e: e.that(False, expected="a", happened="b"), "a", "b"),
    ],
)
def test_what_is_not_is_said(
    program: Callable[..., Any], judge: Callable[[Any], Any], expected: str, happened: str
) -> None:
    with pytest.raises(CheckFailed) as caught:
        judge(expect(observe(program)))
    assert expected in caught.value.expected
    assert happened in caught.value.happened


def test_the_message_names_the_check() -> None:
    check("the jobs overlap", points=2)
    with pytest.raises(CheckFailed) as caught:
        expect(observe(slow)).took(4, hint="start them all first")
    assert str(caught.value).splitlines() == [
        "✗ the jobs overlap (2 points)",
        "  expected   slow() is done after 4 s",
        "  happened   it took 7 s",
        "  hint       start them all first",
    ]


def test_the_message_tells_the_call_and_the_first_warning() -> None:
    async def forgets() -> list[int]:
        slow()  # type: ignore[unused-coroutine]  # what is tested
        return []

    with pytest.raises(CheckFailed) as caught:
        expect(observe(forgets)).returned([1])
    assert str(caught.value).splitlines()[1:] == [
        "  expected   forgets() gives [1]",
        "  happened   it gave []",
        "  warned     RuntimeWarning: coroutine 'slow' was never awaited",
    ]
    with pytest.raises(CheckFailed, match=r"iter\(\[1\]\), asked for 1 item, gives \[2\]"):
        expect(observe(iter, [1], take=1)).returned([2])


def test_long_lines_are_wrapped_and_what_was_printed_is_told() -> None:
    def talks() -> None:
        for number in range(9):
            print("line", number)

    with pytest.raises(CheckFailed) as caught:
        expect(observe(talks)).returned([1], hint="word " * 30)
    lines = str(caught.value).splitlines()
    assert lines[3:9] == [
        "  printed    line 0",
        "  printed    line 1",
        "  printed    line 2",
        "  printed    line 3",
        "  printed    line 4",
        "  printed    ... and 4 more lines",
    ]
    assert lines[9].startswith("  hint       word word")
    assert lines[10].startswith("             word")
    assert max(map(len, lines)) <= expecting.WIDTH


def test_numbers_may_differ_by_a_hair_and_types_may_not() -> None:
    assert same(0.1 + 0.2, 0.3)
    assert same({"a": [1, 2.0]}, {"a": [1.0, 2]})
    assert same({1, 2}, {2, 1})
    for one, other in [(1, True), ("1", 1), ([1], (1,)), ({"a": 1}, {"b": 1}), (0.3, 0.31)]:
        assert not same(one, other)


def test_expect_takes_a_run_only() -> None:
    with pytest.raises(TypeError, match="what observe returned"):
        expect(3)  # type: ignore[arg-type]  # what is tested
