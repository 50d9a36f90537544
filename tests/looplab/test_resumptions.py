"""What goes into a generator and what comes out, what a store gave: as told and drawn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from matplotlib.patches import FancyArrowPatch

from looplab import observe, store
from looplab.pictures.describing import describe
from looplab.pictures.marks import ARROWS, LEGEND
from looplab.pictures.perfetto import trace
from looplab.pictures.timeline import draw
from looplab.recorder.remarks import MOST, brief, remark
from looplab.runs.records import Span
from looplab.runs.run import Run


def checker() -> Generator[str, Any, None]:
    """Go on after a ValueError; end with any other."""
    while True:
        try:
            item = yield "ok"
        except ValueError:
            item = yield "oops"
        del item


def desk() -> Generator[str, Any, None]:
    """Stand in for a checker; after an OSError for the next one."""
    while True:
        with contextlib.suppress(OSError):
            yield from checker()


def asks() -> Generator[str, str, str]:
    """Return both answers."""
    first = yield "first?"
    second = yield "second?"
    return first + second


def each_way() -> None:
    check = checker()
    check.send(None)
    check.send([1, 2])
    check.throw(ValueError("it is not shown"))
    next(check)
    check.close()


def through_a_desk() -> None:
    front = desk()
    next(front)
    front.send(5)
    front.throw(ValueError())
    front.throw(OSError())
    front.close()


def one_two() -> Iterator[int]:
    yield 1
    yield 2


def _runs(span: Span) -> bool:
    return span.state == "running"


def said(run: Run, name: str, state: str = "running") -> list[str]:
    return [span.reason for span in run.life(name).spans if span.state == state]


def words(run: Run) -> list[str]:
    figure = draw(run, axis="steps")
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [
        text.get_text() for text in figure.texts
    ]


def test_a_step_says_how_the_generator_was_resumed() -> None:
    run = observe(each_way)
    told = ["send(None)", "send([1, 2])", "throw(ValueError)", "", "close()"]
    assert said(run, "checker") == told
    assert said(run, "checker", "waiting") == [
        "yield 'ok'",
        "yield 'ok'",
        "yield 'oops'",
        "yield 'ok'",
    ]


def test_what_yield_from_hands_on_is_said_of_both() -> None:
    run = observe(through_a_desk)
    assert said(run, "checker") == ["", "send(5)", "throw(ValueError)", "throw(OSError)"]
    assert said(run, "checker 2") == ["", "close()"]
    assert "send(5)" in said(run, "desk")
    assert said(run, "desk")[-1] == "close()"
    # What its checker raises is not thrown into the desk.
    assert not [each for each in said(run, "desk") if each.startswith("throw")]


def test_what_a_generator_does_not_catch_goes_on_to_who_delegated() -> None:
    run = observe(through_a_desk)
    steps = sorted((s.first, each.name) for each in run.lives for s in each.spans if _runs(s))
    in_order = [name for _, name in steps]
    # next and send pass the desk both ways; throw and close begin with the checker.
    outside = "through_a_desk"
    passes = ["desk", "checker", "desk", outside]
    refuses, anew = ["checker", outside], ["checker", "desk", "checker 2", "desk", outside]
    closes = ["checker 2", "desk", outside]
    assert in_order == [outside, *passes, *passes, *refuses, *anew, *closes]
    assert said(run, "checker")[-1] == "throw(OSError)"
    assert run.life("checker").outcome == "raised"
    assert run.life("checker 2").outcome == run.life("desk").outcome == "closed"


def test_an_error_goes_up_through_all_who_delegated() -> None:
    def lowest() -> Iterator[int]:
        yield 1

    def middle() -> Iterator[int]:
        yield from lowest()

    def highest() -> Iterator[int]:
        with contextlib.suppress(OSError):
            yield from middle()
        yield 2

    def main() -> None:
        chain = highest()
        next(chain)
        chain.throw(OSError())

    run = observe(main)
    told = describe(run).splitlines()[1]
    assert told.endswith("middle, highest, main, lowest, middle, highest, main")


@pytest.mark.parametrize("tidies", [False, True])
def test_who_closes_a_chain_goes_on_whether_something_ran_in_it_or_not(tidies: bool) -> None:
    def lowest() -> Iterator[int]:
        try:
            yield 1
        finally:
            if tidies:
                len("")

    def middle() -> Iterator[int]:
        yield from lowest()

    def highest() -> Iterator[int]:
        yield from middle()

    def main() -> None:
        chain = highest()
        next(chain)
        chain.close()
        next(one_two())

    run = observe(main)
    assert run.life("highest").outcome == "closed"
    steps = sorted((s.first, each.name) for each in run.lives for s in each.spans if _runs(s))
    assert [name for _, name in steps[-3:]] == ["main", "one_two", "main"]
    assert [first for first, _ in steps] == list(range(len(steps)))


def test_a_loop_over_who_delegated_is_a_turn_of_its_own() -> None:
    def outer(inner: Iterator[int]) -> Iterator[int]:
        yield from inner
        yield 9

    def main() -> None:
        inner = one_two()
        both = outer(inner)
        for _ in both:
            break
        for _ in inner:
            pass
        for _ in both:  # what it delegates to has ended, and not by a throw
            pass

    run = observe(main)
    assert len(said(run, "main")) == 6


def test_a_yield_from_that_begins_is_sent_nothing() -> None:
    def outer() -> Generator[str, str, None]:
        word = yield "word?"
        del word
        yield from asks()

    def main() -> None:
        both = outer()
        next(both)
        both.send("go")
        both.send("Ann")

    run = observe(main)
    assert said(run, "asks") == ["", "send('Ann')"]
    assert said(run, "outer") == ["", "send('go')", "", "send('Ann')", ""]


def test_what_is_sent_where_it_gets_no_name_is_not_guessed() -> None:
    def collects() -> Generator[None, int, None]:
        got: list[int] = []
        while True:
            got.append((yield))

    def main() -> None:
        collecting = collects()
        next(collecting)
        collecting.send(3)

    run = observe(main)
    assert said(run, "collects") == ["", "send"]
    assert LEGEND["sends"] in words(run)
    assert "send" not in words(run)


def test_a_generator_says_what_it_returned() -> None:
    def main() -> None:
        asking = asks()
        next(asking)
        asking.send("a")
        with pytest.raises(StopIteration):
            asking.send("b")

    run = observe(main)
    assert run.life("asks").returned == "'ab'"
    assert "returned 'ab'" in describe(run)
    assert "✓ returned 'ab'" in words(run)


def test_words_say_what_went_in_and_what_came_out() -> None:
    assert describe(observe(each_way)).splitlines()[-1] == (
        "checker (generator): ran 5 times (send(None), send([1, 2]), throw(ValueError), close()), "
        "waited at yield 'ok', yield 'oops' between; closed"
    )


def test_the_picture_has_an_arrow_for_each_way_and_says_what() -> None:
    run = observe(each_way)
    drawn = [each for each in draw(run).axes[0].patches if isinstance(each, FancyArrowPatch)]
    thick = [each for each in drawn if each.get_linewidth() == ARROWS["sends"]["linewidth"]]
    thrown = [each for each in drawn if each.get_linewidth() == ARROWS["throws"]["linewidth"]]

    assert (len(thick), len(thrown)) == (2, 2)
    assert len({str(style) for style in ARROWS.values()}) == len(ARROWS)
    seen = words(run)
    assert {"close()", "'oops'"} <= set(seen)
    assert {LEGEND[means] for means in ("resumes", "sends", "throws", "hands back")} <= set(seen)


def test_where_there_is_no_room_for_all_of_it_the_picture_says_the_value() -> None:
    def many() -> None:
        check = checker()
        next(check)
        for number in range(8):
            check.send(number)

    seen = words(observe(many))
    assert "7" in seen
    assert "send(7)" not in seen


def test_perfetto_names_the_steps() -> None:
    names = [each["name"] for each in trace(observe(each_way))["traceEvents"]]
    assert {"send([1, 2])", "throw(ValueError)", "yield 'oops'"} <= set(names)


def test_only_the_first_steps_are_told() -> None:
    def numbers() -> Iterator[int]:
        yield from range(MOST)

    def main() -> None:
        for _ in numbers():
            pass

    waits = said(observe(main), "numbers", "waiting")
    assert waits[0] == "yield 0"
    assert waits[-1] == "yield"


def test_a_value_is_told_without_running_code_of_the_programs() -> None:
    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("nobody shall ask")

    class Sly(int):
        def __repr__(self) -> str:
            raise AssertionError("nobody shall ask")

    assert brief([Loud(), Sly(3)]) == "[<Loud>, <Sly>]"
    assert brief(10**10_000) == "<int>"
    assert brief([[[1]]]) == "[[<list>]]"


def test_a_step_says_what_a_store_gave_it() -> None:
    async def main(account: Any) -> None:
        await account.write(await account.read() + 1)

    run = observe(main, store(100))
    assert [each for each in said(run, "Task-1") if each] == ["got 100"]
    assert "ran 3 times (got 100)" in describe(run)
    assert "got 100" in words(run)


def test_a_remark_outside_a_recording_is_none() -> None:
    remark("nobody hears it")
    assert "nobody" not in describe(observe(each_way))


# In which coroutines a task waits


def test_a_wait_says_which_coroutines_it_is_inside() -> None:
    async def inner() -> None:
        await asyncio.sleep(1)

    async def middle() -> None:
        await inner()

    async def outer() -> None:
        await middle()

    run = observe(outer)
    (wait,) = run.waits("Task-1")
    assert (wait.reason, wait.inside) == ("sleep(1)", "middle > inner")
    assert "middle > inner > sleep(1)" in [text.get_text() for text in draw(run).axes[0].texts]
    assert "waited 1 s in all: sleep(1) inside middle > inner" in describe(run)
    told = [each["args"] for each in trace(run)["traceEvents"] if each["name"] == "sleep(1)"]
    assert [each["inside"] for each in told] == ["middle > inner"]


def test_one_place_that_is_reached_in_two_ways_is_told_apart() -> None:
    """The usual waits are looked up by their place: whoever came there is part of it."""

    async def take(queue: asyncio.Queue[int]) -> None:
        await queue.get()

    async def one_way(queue: asyncio.Queue[int]) -> None:
        await take(queue)

    async def another_way(queue: asyncio.Queue[int]) -> None:
        await take(queue)

    async def both(queue: asyncio.Queue[int]) -> None:
        await one_way(queue)
        await another_way(queue)
        await take(queue)

    async def main() -> None:
        queue: asyncio.Queue[int] = asyncio.Queue(1)
        taking = asyncio.create_task(both(queue), name="both")
        for number in range(3):
            await asyncio.sleep(1)
            await queue.put(number)
        await taking

    waits = observe(main).waits("both")
    assert [wait.inside for wait in waits] == ["one_way > take", "another_way > take", "take"]


def test_a_long_chain_is_told_by_its_end() -> None:
    async def down(n: int) -> None:
        await (asyncio.sleep(1) if n == 0 else down(n - 1))

    (wait,) = observe(down, 9).waits("Task-1")
    assert wait.inside == "… > down > down > down > down"


def test_shield_is_named_with_what_it_shields() -> None:
    async def save() -> None:
        await asyncio.sleep(1)

    async def main() -> None:
        await asyncio.shield(save())
        await asyncio.shield(asyncio.create_task(save(), name="the second"))
        later = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(1, later.set_result, None)
        await asyncio.shield(later)

    reasons = [wait.reason for wait in observe(main).waits("Task-1")]
    assert reasons == ["shield(save)", "shield(the second)", "shield(a future)"]
