"""What a picture tells besides its bars: callbacks, calls of one thread, arrows of one moment."""

from __future__ import annotations

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from looplab import explore, observe, store
from looplab.pictures.arrows import MOST_ASIDE
from looplab.pictures.describing import describe
from looplab.pictures.grouping import shown
from looplab.pictures.layout import plans_of
from looplab.pictures.lettering import INK
from looplab.pictures.loop_turns import turns_of
from looplab.pictures.marks import LEGEND
from looplab.pictures.perfetto import trace
from looplab.pictures.timeline import draw
from looplab.runs.run import Run


def texts(run: Run, axis: Any = "auto") -> dict[str, tuple[float, float]]:
    """Return where each text in the lanes of a picture stands."""
    return {text.get_text(): text.get_position() for text in draw(run, axis=axis).axes[0].texts}


def arrows(run: Run) -> list[tuple[float, float, float]]:
    """Return each arrow's place from left to right, and where it starts and stops."""
    return arrows_in(draw(run))


def arrows_in(figure: Figure) -> list[tuple[float, float, float]]:
    found = []
    for patch in figure.axes[0].patches:
        if isinstance(patch, FancyArrowPatch):
            (x, start), (_, stop) = patch._posA_posB
            found.append((x, start, stop))
    return sorted(found)


# Callbacks


def new_turn(left: int) -> None:
    if left:
        asyncio.get_running_loop().call_soon(new_turn, left - 1)


async def take_turns() -> None:
    """Two tasks give way once, beside a callback that runs once a turn."""

    async def work() -> None:
        await asyncio.sleep(0)

    asyncio.get_running_loop().call_soon(new_turn, 2)
    tasks = [asyncio.create_task(work(), name=name) for name in ("Ann", "Bob")]
    await tasks[1]


async def on_time() -> None:
    """A callback runs after 2 seconds and one after 4, at which the task wakes."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(2, new_turn, 0)
    loop.call_later(4, future.set_result, None)
    await future


def test_on_steps_the_callbacks_stand_between_them_with_their_names() -> None:
    run = observe(take_turns)
    named = [text for text in draw(run).axes[0].texts if text.get_text() == "new_turn"]
    assert [int(text.get_position()[0]) for text in named] == [1, 3, 5]
    assert (
        "event loop: ran 3 callbacks: new_turn before step 1, new_turn before step 3"
        in describe(run)
    )


def test_on_steps_a_box_in_the_loops_lane_is_a_turn() -> None:
    run = observe(take_turns)
    assert turns_of(run) == [(0, 1), (1, 3), (3, 5), (5, 6)]
    assert "in order, turn by turn: take_turns | Ann, Bob | Ann, Bob | take_turns" in describe(run)
    figure = draw(run)
    assert LEGEND["turn"] in [text.get_text() for text in figure.texts]
    edges = {
        (round(box.x0), round(box.x1))
        for drawn in figure.axes[0].collections
        for box in (path.get_extents() for path in drawn.get_paths())
        if box.y0 > 3  # below the three tasks
    }
    assert {(0, 1), (1, 3), (3, 5), (5, 6)} <= edges


def test_who_is_woken_in_a_turn_runs_in_a_later_one() -> None:
    async def main() -> None:
        event = asyncio.Event()

        async def waits() -> None:
            await event.wait()

        async def sets() -> None:
            event.set()
            await asyncio.sleep(0)

        await asyncio.gather(waits(), sets())

    # main | waits, sets | waits and sets again, in which order they became ready | main
    assert turns_of(observe(main))[:3] == [(0, 1), (1, 3), (3, 5)]


# Who cancels


async def sleeper() -> None:
    await asyncio.sleep(9)


async def cancels_one() -> None:
    """Three end early: one is cancelled, one awaits it, and a timer cancels the last."""
    loop = asyncio.get_running_loop()
    first = asyncio.create_task(sleeper(), name="first")

    async def awaits() -> None:
        await first

    second = asyncio.create_task(awaits(), name="second")
    last = asyncio.create_task(sleeper(), name="last")
    loop.call_later(2, last.cancel)
    await asyncio.sleep(1)
    first.cancel()
    await asyncio.wait([second, last])


def test_who_cancels_has_an_arrow_of_its_own() -> None:
    run = observe(cancels_one)
    plan = plans_of([run], "seconds", [""])[0]
    rows = [life.name for life in plan.lives]
    later = [arrow for arrow in plan.arrows if arrow.x > 0]
    told = [(arrow.means, arrow.x, int(arrow.start), rows[int(arrow.stop)]) for arrow in later]
    assert sorted(told) == [
        ("cancels", 1, 0, "first"),
        ("cancels", 2, len(rows), "last"),  # from the lane of the loop, the lowest
        ("wakes", 1, 1, "second"),
        ("wakes", 2, 3, "Task-1"),
    ]


def test_an_arrow_that_cancels_can_be_told_in_grey() -> None:
    figure = draw(observe(cancels_one))
    assert {"starts or wakes", "cancels"} <= {text.get_text() for text in figure.texts}
    heads = {
        to_hex(patch.get_facecolor())
        for patch in figure.axes[0].patches
        if isinstance(patch, FancyArrowPatch)
    }
    assert heads == {INK, "#ffffff"}
    assert {line.get_marker() for line in figure.axes[0].lines} == {"o", "x"}
    assert "cancels" not in [text.get_text() for text in draw(observe(on_time)).texts]


def test_words_and_trace_say_who_cancels() -> None:
    run = observe(cancels_one)
    told = describe(run)
    assert "task first (sleeper): ran 2 times, waited 1 s in all: sleep(9) (cancelled);" in told
    assert "sleep(9) (cancelled by Task.cancel); cancelled" in told
    assert "event loop: timers: Task.cancel at 2 s" in told
    names = [each["name"] for each in trace(run)["traceEvents"] if each["ph"] == "s"]
    assert (names.count("cancels"), names.count("wakes")) == (1, 5)


def test_a_time_limit_is_a_callback_of_the_loop() -> None:
    async def limited() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await sleeper()
        await asyncio.sleep(1)

    run = observe(limited)
    assert 2 < texts(run)["time limit"][0] < 2.2
    assert [where[0] for where in arrows(run)] == [2]
    assert "sleep(9) inside sleeper (cancelled by time limit), sleep(1)" in describe(run)


def test_a_callback_that_cancels_is_named() -> None:
    async def main() -> None:
        task = asyncio.create_task(sleeper())

        def give_up() -> None:
            task.cancel()

        asyncio.get_running_loop().call_later(2, give_up)
        await asyncio.wait([task])

    assert "sleep(9) (cancelled by give_up); cancelled" in describe(observe(main))


def test_on_steps_a_program_without_callbacks_has_no_lane_of_the_loop() -> None:
    async def quiet() -> None:
        await asyncio.sleep(0)

    assert "event loop" not in [text.get_text() for text in draw(observe(quiet)).texts]
    assert "event loop" in [text.get_text() for text in draw(observe(take_turns)).texts]


def test_on_seconds_a_callback_has_its_name_and_idle_stands_beside_it() -> None:
    run = observe(on_time)
    found = texts(run)
    assert 2 < found["new_turn"][0] < 2.2
    idle = [text for text in draw(run).axes[0].texts if text.get_text() == "idle"]
    assert round(idle[0].get_position()[0], 1) == 1.0
    assert found["new_turn"][0] + 0.2 < idle[1].get_position()[0] < found["Future.set_result"][0]
    assert "new_turn at 2 s" in describe(run)


def test_a_name_that_has_no_room_on_the_right_stands_on_the_left() -> None:
    async def work() -> None:
        await asyncio.sleep(2)

    def ended(_: object) -> None:
        pass

    async def main() -> None:
        task = asyncio.create_task(work())
        task.add_done_callback(ended)
        await task
        await asyncio.sleep(0)

    x, _ = texts(observe(main))["ended"]
    assert 1.5 < x < 1.95


def test_a_callback_that_blocks_is_told_by_its_name() -> None:
    def slow() -> None:
        time.sleep(2)

    async def main() -> None:
        asyncio.get_running_loop().call_soon(slow)
        await asyncio.sleep(1)

    run = observe(main)
    told = "a callback, slow: time.sleep(2) blocks everybody"
    assert told in describe(run)
    assert told in [text.get_text() for text in draw(run).texts]
    assert "slow" not in texts(run)


def test_names_leave_room_for_reasons_that_fit_into_their_bars() -> None:
    """Below a name stands only what has no room, so nothing is said twice."""

    async def deposit(account: Any) -> None:
        await account.write(await account.read() + 10)

    async def main(account: Any) -> None:
        await asyncio.gather(deposit(account), deposit(account))

    seen = texts(explore(main, store(100)).outcomes[0].run)
    assert "got 100" in seen
    assert all(any(text.endswith(told) for text in seen) for told in ("read()", "write(110)"))


# Threads


def of_a_pool(*seconds: float) -> Run:
    def work(x: float) -> float:
        time.sleep(x)
        return x

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(2, thread_name_prefix="pool") as pool:
            await asyncio.gather(*[loop.run_in_executor(pool, work, x) for x in seconds])

    return observe(main, clock="real")


def test_a_thread_has_one_lane_with_a_bar_for_each_call() -> None:
    run = of_a_pool(0.6, 0.2, 0.2)
    lanes = {life.name: life for life in shown(run).lives}

    assert len(run.lives) == 4
    assert list(lanes) == ["Task-1", "pool_0", "pool_1"]
    ran = [span.reason for span in lanes["pool_1"].spans if span.state == "running"]
    assert ran == ["work", "work"]
    (told,) = [line for line in describe(run).splitlines() if line.startswith("pool_1 (thread of")]
    assert "ran 2 times (work, work), was ready for" in told
    assert "work" in texts(run)


def test_a_call_that_waits_for_its_thread_is_drawn_below_the_one_that_has_it() -> None:
    """Three calls share two threads, and the third is hatched under the second."""
    figure = draw(of_a_pool(0.3, 0.1, 0.1))
    low = [
        path.get_extents()
        for drawn in figure.axes[0].collections
        if drawn.get_hatch()
        for path in drawn.get_paths()
    ]
    assert any(box.y0 > 2.8 and box.x1 - box.x0 > 0.05 for box in low)


def test_in_a_trace_a_thread_has_one_track_and_its_slices_do_not_overlap() -> None:
    run = of_a_pool(0.6, 0.2, 0.2)
    events = trace(run)["traceEvents"]
    tracks = {each["args"]["name"]: each["tid"] for each in events if each["name"] == "thread_name"}
    assert len(tracks) == 4  # the loop, the task, and two threads
    slices = [each for each in events if each["tid"] == tracks["pool_1 (thread)"]]
    ran = [each for each in slices if each["ph"] == "X" and each["cat"] == "running"]
    assert [each["name"] for each in ran] == ["work", "work"]
    timed = sorted((each["ts"], each["ts"] + each["dur"]) for each in slices if each["ph"] == "X")
    assert all(first[1] <= second[0] + 1 for first, second in pairwise(timed))


def test_threads_that_run_at_once_keep_a_lane_each() -> None:
    assert [life.name for life in shown(of_a_pool(0.1, 0.1)).lives] == [
        "Task-1",
        "pool_0",
        "pool_1",
    ]


def test_whom_a_later_call_wakes_has_its_arrow() -> None:
    run = of_a_pool(0.1, 0.05, 0.2)
    last = arrows(run)[-1]
    assert last[1] > last[2]  # up, to main


# Several events of one moment


def ping_pong(turns: int) -> Run:
    """Two tasks wake each other by turns, all at one moment."""

    async def main() -> None:
        there: asyncio.Queue[int] = asyncio.Queue()
        back: asyncio.Queue[int] = asyncio.Queue()

        async def ping() -> None:
            await asyncio.sleep(1)
            for number in range(turns):
                await there.put(number)
                await back.get()
            await asyncio.sleep(1)

        async def pong() -> None:
            for _ in range(turns):
                await back.put(await there.get())

        asyncio.create_task(pong(), name="pong")  # noqa: RUF006  # it ends before ping does
        await asyncio.create_task(ping(), name="ping")

    return observe(main)


def test_arrows_of_one_moment_stand_in_their_order() -> None:
    at_one = [each for each in arrows(ping_pong(2)) if 0.5 < each[0] < 1.5]
    down = [start < stop for _, start, stop in at_one]

    # pong has the lane above: ping wakes it (up), and it wakes ping (down), twice.
    assert down == [False, True, False, True]
    gaps = [right[0] - left[0] for left, right in pairwise(at_one)]
    assert all(0.01 < gap < 0.1 for gap in gaps)


def test_too_many_of_one_moment_are_told_once_for_each_way() -> None:
    at_one = [each for each in arrows(ping_pong(MOST_ASIDE)) if 0.5 < each[0] < 1.5]
    assert [start < stop for _, start, stop in at_one] == [False, True]


def test_two_arrows_that_would_look_like_others_stand_side_by_side() -> None:
    """One from lane 0 to 2 and one from lane 1 to 3 are not one from 0 to 3."""

    async def main() -> None:
        async def child() -> None:
            await asyncio.sleep(1)

        async def parent() -> None:
            await asyncio.create_task(child(), name="grandchild")

        first = asyncio.create_task(parent(), name="parent")
        second = asyncio.create_task(child(), name="child")
        await asyncio.wait([first, second])

    starts = [each for each in arrows(observe(main)) if each[0] < 0.5]
    assert len({round(x, 3) for x, *_ in starts}) == 2


def test_on_steps_a_thread_that_takes_none_is_seen() -> None:
    async def main() -> None:
        await asyncio.to_thread(int)

    run = observe(main)
    figure = draw(run, axis="steps")
    boxes = [path.get_extents() for each in figure.axes[0].collections for path in each.get_paths()]
    assert any(1 < box.y0 < 2 and 0 < box.x1 - box.x0 < 0.2 for box in boxes)


def test_how_a_lane_ended_stands_there_and_an_arrow_passes_behind_it() -> None:
    """Further to the right it was read as a later end."""

    async def say() -> None:
        pass

    async def main() -> None:
        other = asyncio.create_task(say(), name="other")
        await asyncio.create_task(say(), name="child")
        for _ in range(8):
            await asyncio.sleep(0)
        await other

    run = observe(main)
    figure = draw(run)
    ends = [text for text in figure.axes[0].texts if text.get_text() == "✓ returned"]
    # That of `other`, through whose lane `child` wakes `main`
    (end,) = [text for text in ends if 1 < text.get_position()[1] < 2]
    assert run.life("other").spans[-1].last < end.get_position()[0]
    assert end.get_position()[0] < run.life("other").spans[-1].last + 0.2
    (through,) = [
        patch
        for patch in figure.axes[0].patches
        if isinstance(patch, FancyArrowPatch)
        and patch._posA_posB[0][1] > 2 > patch._posA_posB[1][1]
    ]
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    box = end.get_window_extent(renderer)
    x, _ = figure.axes[0].transData.transform(through._posA_posB[0])
    assert box.x0 < x < box.x1
    assert through.get_zorder() < end.get_zorder()
    (outline,) = end.get_path_effects()
    assert outline._gc["linewidth"] > 4  # no arrow is to be seen between its letters
