"""The picture of a Run: what is drawn and where, and that it is the same every time."""

from __future__ import annotations

import html
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from looplab import compare
from looplab.pictures.describing import describe
from looplab.pictures.lettering import INK
from looplab.pictures.marks import BARS, CREAM, LEGEND
from looplab.pictures.plan import GREY, RED, WIDTH, Fault
from looplab.pictures.timeline import Timeline, draw
from looplab.pictures.web import ON_DARK, PAPER
from looplab.runs.failures import Failure
from looplab.runs.records import Blocking, Lost, Span, TaskLife, Wait
from looplab.runs.run import SCHEMA, Run

ERROR = Failure("KeyError", ("KeyError",), "'price'")


def turn(step: int, time: float = 0, by: int | None = None) -> Span:
    return Span("running", time, time, step, step + 1, woken_by=by)


def wait(reason: str, start: float, stop: float, first: int, last: int) -> Span:
    return Span("waiting", start, stop, first, last, reason)


def ready(start: float, stop: float, first: int, last: int, by: int | None = None) -> Span:
    return Span("ready", start, stop, first, last, woken_by=by)


def life(number: int, name: str, *spans: Span, **more: Any) -> TaskLife:
    facts = {"kind": "task", "function": name, "created_by": None, "outcome": "returned"}
    facts |= {"cancelled_by": None}
    return TaskLife(id=number, name=name, spans=spans, **{"error": None, **facts, **more})


def run_of(*lives: TaskLife, **more: Any) -> Run:
    steps = max((span.last for each in lives for span in each.spans), default=0)
    facts: dict[str, Any] = {"program": "main", "result": None, "error": None, "duration": 0.0}
    facts |= {"steps": steps, "calls": (), "leftovers": (), "deadlock": (), "blocked": ()}
    facts |= {
        "callbacks": 0,
        "ticks": (),
        "threads": 0,
        "clock": "virtual",
        "lost": (),
        "warnings": (),
    }
    return Run(schema=SCHEMA, call="main()", lives=lives, output="", **{**facts, **more})


def two_generators(items: int = 3) -> Run:
    """The program resumes two generators in turn, as the first lesson on them does."""
    lives = []
    for number, (name, offset) in enumerate({"main": 0, "producer": 1, "consumer": 3}.items()):
        steps = range(0, 4 * items + 1, 2) if number == 0 else range(offset, 4 * items, 4)
        kind, reason = ("program", "generator x") if number == 0 else ("generator", "yield")
        spans: list[Span] = []
        for step in steps:
            if spans:
                spans.append(wait(reason, 0, 0, spans[-1].last, step))
            spans.append(turn(step))
        lives.append(life(number, name, *spans, kind=kind))
    lives[1] = replace(lives[1], outcome="closed")
    return run_of(*lives)


def three_jobs() -> Run:
    main = [turn(0), wait("TaskGroup", 0, 4, 1, 7), ready(4, 4, 7, 7, by=3), turn(7, 4)]
    lives = [life(0, "Task-1", *main, function="fetch_all")]
    for number, (delay, first, last) in enumerate([(2, 1, 5), (1, 2, 4), (4, 3, 6)], start=1):
        waiting = wait(f"job({number - 1})", 0, delay, first + 1, last)
        spans = [ready(0, 0, 1, first, by=0), turn(first), waiting, turn(last, delay)]
        lives.append(life(number, f"job-{number - 1}", *spans, function="_job.<locals>.job"))
    return run_of(*lives, program="fetch_all", duration=4.0)


def deadlock() -> Run:
    main = [turn(0), wait("gather of 2", 0, 0, 1, 5)]
    a = [turn(1), ready(0, 0, 2, 3), turn(3), wait("Lock.acquire", 0, 0, 4, 5)]
    b = [ready(0, 0, 1, 2, by=0), turn(2), ready(0, 0, 3, 4), turn(4)]
    b.append(wait("Lock.acquire", 0, 0, 5, 5))
    lives = [
        life(number, name, *spans, outcome="pending")
        for number, (name, spans) in enumerate({"main": main, "A": a, "B": b}.items())
    ]
    return run_of(*lives, deadlock=(Wait("A", "Lock.acquire", 7), Wait("B", "Lock.acquire", 9)))


def blocked(seconds: float = 3.0) -> Run:
    end = seconds + 1
    rude = Span("running", 0, seconds, 1, 2)
    polite = [ready(0, seconds, 1, 2, by=0), turn(2, seconds)]
    polite += [wait("sleep(1)", seconds, end, 3, 4), turn(4, end)]
    main = [turn(0), wait("gather of 2", 0, end, 1, 5), turn(5, end, by=2)]
    lives = [
        life(0, "main", *main),
        life(1, "Task-2", rude, function="rude"),
        life(2, "polite", *polite),
    ]
    return run_of(*lives, duration=end, blocked=(Blocking("rude", 0.0, seconds, 5),))


def endings() -> Run:
    """One life of each outcome."""
    spans = [turn(0), wait("sleep(1)", 0, 1, 1, 2), turn(2, 1)]
    return run_of(
        life(0, "a", *spans),
        life(1, "b", *spans, outcome="raised", error=ERROR),
        life(2, "c", *spans, outcome="cancelled"),
        life(3, "d", *spans, outcome="closed", kind="generator"),
        life(4, "e", *spans[:2], outcome="pending"),
        life(5, "f", *spans, outcome="pending", kind="generator"),
        life(6, "g", outcome="pending"),
        duration=1.0,
    )


def odd_names() -> Run:
    name = "生产者\n$x^2$ and $y"
    error = Failure("AnErrorWithAVeryLongNameThatNobodyWouldEverWantToRead", (), "words " * 99)
    waiting = wait("a_reason_that_fits_nowhere" * 2, 0, 0.1, 1, 2)
    spans = [turn(0), waiting, turn(2, 0.1), wait("sleep(9)", 0.1, 9.1, 3, 4), turn(4, 9.1)]
    odd = life(0, name * 9, *spans, function="f" * 99, outcome="raised", error=error)
    return run_of(odd, life(1, "plain", *spans), program=name * 9, error=error, duration=9.1)


def crowd(number: int = 100) -> Run:
    """The first creates the others, and each sleeps for some seconds."""
    lives = [life(0, "crowd", turn(0), wait("gather", 0, 5, 1, 2 * number), turn(2 * number, 5))]
    for each in range(1, number):
        waiting = wait(f"sleep({each % 5})", 0, each % 5, each + 1, number + each)
        spans = [ready(0, 0, 1, each, by=0), turn(each), waiting, turn(number + each, each % 5)]
        lives.append(life(each, f"Task-{each + 1}", *spans, function="visitor"))
    return run_of(*lives, duration=5.0)


def strangers(number: int) -> Run:
    """So many tasks, each of a function of its own."""
    return run_of(*[life(each, f"f{each}", turn(each)) for each in range(number)])


RUNS = {
    "generators": two_generators(),
    "many generators' turns": two_generators(9),
    "jobs": three_jobs(),
    "deadlock": deadlock(),
    "blocked": blocked(),
    "blocked for a moment": blocked(0.1),
    "endings": endings(),
    "odd names": odd_names(),
    "crowd": crowd(),
    "nothing": run_of(),
}


# Reading a figure


def words(figure: Figure) -> list[str]:
    return [str(text.get_text()) for text in texts(figure)]


def texts(figure: Figure) -> list[Text]:
    found = figure.findobj(Text)
    return [text for text in found if text.get_visible() and text.get_text()]


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]


def arrows(figure: Figure) -> list[FancyArrowPatch]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def bars(figure: Figure, row: int, state: str) -> list[tuple[float, float, float]]:
    """Return left, right and height of each bar of a lane in one state."""
    colour = mpl.colors.to_rgba(BARS[state]["facecolor"])
    found = []
    for drawn in figure.axes[0].findobj(PolyCollection):
        if tuple(drawn.get_facecolor()[0]) == colour:
            for path in drawn.get_paths():
                (left, bottom), (right, top) = path.get_extents().get_points()
                if row < bottom < row + 1:
                    found.append((float(left), float(right), round(float(top - bottom), 3)))
    return found


def svg(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    return file.getvalue()


# What is drawn


def test_generators_are_drawn_on_steps() -> None:
    figure = draw(two_generators())

    assert figure.axes[0].get_xlabel() == "steps: one at a time, in order"
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == [
        str(step) for step in range(13)
    ]
    assert [left for left, *_ in bars(figure, 1, "running")] == [1, 5, 9]
    assert all(right - left == 1 for left, right, _ in bars(figure, 2, "running"))
    assert "main took no time, 13 steps" in words(figure)


def test_generators_hand_over_to_one_another() -> None:
    drawn = arrows(draw(two_generators()))

    assert len(drawn) == 12
    dashed = [arrow for arrow in drawn if arrow.get_linestyle() not in ("-", "solid")]
    assert len(dashed) == 6
    seen = words(draw(two_generators()))
    assert "resumes" in seen
    assert "yields or ends" in seen
    assert "starts or wakes" not in seen


def test_jobs_are_drawn_on_seconds() -> None:
    figure = draw(three_jobs())

    assert figure.axes[0].get_xlabel() == "seconds"
    assert bars(figure, 1, "waiting")[0][:2] == (0, 2)
    (left, right, _), *_ = bars(figure, 1, "running")
    assert left < 0 < right
    assert right - left < 0.05
    assert {"job(0)", "job(1)", "job(2)", "TaskGroup"} <= set(words(figure))
    assert "waits add up to 7 s, the program took 4 s" in words(figure)


def test_the_axis_can_be_chosen() -> None:
    figure = draw(three_jobs(), axis="steps")
    assert figure.axes[0].get_xlabel() == "steps: one at a time, in order"
    assert [bar[:2] for bar in bars(figure, 3, "running")] == [(3, 4), (6, 7)]
    assert draw(two_generators(), axis="seconds").axes[0].get_xlabel() == "seconds"


def test_lanes_stand_in_order_of_creation_with_their_names() -> None:
    found = dict(boxes(draw(three_jobs())))
    names = ["fetch_all", "job-0", "job-1", "job-2"]

    heights = [found[name].y0 for name in names]

    assert heights == sorted(heights, reverse=True)
    assert {"Task-1", "job"} <= set(found)


def test_states_differ_in_shape_as_well_as_colour() -> None:
    figure = draw(deadlock())
    running, waiting, hatched = (
        bars(figure, row, state)[0][2]
        for row, state in [(1, "running"), (1, "waiting"), (2, "ready")]
    )
    assert running > 1.4 * waiting
    assert waiting == hatched
    assert BARS["ready"]["hatch"]
    assert BARS["blocking"]["hatch"]
    assert not any("hatch" in BARS[state] for state in ("waiting", "running"))


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (run_of(life(0, "main", turn(0))), ["running"]),
        (two_generators(), ["running", "waiting", "resumes", "yields or ends"]),
        (three_jobs(), ["running", "waiting", "starts or wakes"]),
        (deadlock(), ["running", "waiting", "ready, not its turn yet", "starts or wakes"]),
    ],
)
def test_the_legend_holds_what_occurs(run: Run, expected: list[str]) -> None:
    assert [word for word in words(draw(run)) if word in LEGEND.values()] == expected


def test_each_lane_says_how_it_ended() -> None:
    ends = ["✓ returned", "✗ KeyError", "⊘ cancelled", "■ closed"]
    ends += ["… still running", "… not finished", "… never started"]
    assert [word for word in words(draw(endings())) if word in ends] == ends


def test_an_arrow_leads_from_the_waker_to_the_woken() -> None:
    ends = [arrow.get_path().get_extents() for arrow in arrows(draw(three_jobs()))]
    starts = [extent for extent in ends if extent.x1 < 0.1]
    (wake,) = [extent for extent in ends if extent.x0 > 3.9]

    assert len(starts) == 3
    # From the upper edge of the lowest lane's bar to the lower edge of the highest's.
    assert (wake.y0, wake.y1) == (pytest.approx(0.83, abs=0.03), pytest.approx(3.17, abs=0.03))


def test_a_dot_shows_from_where_an_arrow_comes() -> None:
    """Three arrows from one lane are no relay: all of them begin at one dot."""
    dots = [line for line in draw(three_jobs()).axes[0].lines if line.get_marker() == "o"]
    places = {(round(line.get_xdata()[0]), int(line.get_ydata()[0])) for line in dots}
    assert places == {(0, 0), (4, 3)}


def test_arrows_up_and_down_at_one_moment_stand_side_by_side() -> None:
    put = [turn(0), wait("Queue.put", 0, 0, 1, 2), ready(0, 0, 2, 2, by=1), turn(2, 0)]
    get = [ready(0, 0, 1, 1, by=0), turn(1), wait("sleep(1)", 0, 1, 2, 3), turn(3, 1)]
    figure = draw(run_of(life(0, "put", *put), life(1, "get", *get), duration=1.0))
    down, up = sorted(map(extents, arrows(figure)), key=lambda e: e.x0)  # what came first
    assert down.x0 < 0 < up.x0
    assert (down.y0, down.y1) == pytest.approx((up.y0, up.y1), abs=0.2)
    assert {round(e.x0, 1) for e in map(extents, arrows(draw(three_jobs())))} == {0, 4}


def test_a_reason_gives_way_to_an_arrow() -> None:
    main = [turn(0), wait("TaskGroup", 0, 2, 1, 4), ready(2, 2, 4, 4, by=2), turn(4, 2)]
    long = [turn(1), wait("sleep(4)", 0, 4, 2, 5), turn(5, 4)]
    short = [turn(2), wait("sleep(2)", 0, 2, 3, 3), turn(3, 2)]
    lives = [life(0, "main", *main), life(1, "long", *long), life(2, "short", *short)]
    figure = draw(run_of(*lives, duration=4.0))
    (box,) = [box for text, box in boxes(figure) if text == "sleep(4)"]
    (arrow,) = arrows(figure)
    x, _ = figure.axes[0].transData.transform((arrow.get_path().get_extents().x0, 0))
    assert box.x1 < x or x < box.x0
    assert box.x1 > x - 150  # and stays near the middle


def extents(arrow: Any) -> Any:
    return arrow.get_path().get_extents()


def test_more_than_forty_arrows_are_left_out() -> None:
    assert len(arrows(draw(two_generators(10)))) == 40
    figure = draw(two_generators(11))
    assert arrows(figure) == []
    assert "resumes" not in words(figure)


def test_after_a_deadlock_the_waits_go_on() -> None:
    figure = draw(deadlock())

    assert bars(figure, 2, "waiting")[0][0] == 5
    assert bars(figure, 2, "waiting")[0][1] > 6
    assert words(figure).count("Lock.acquire") == 2
    assert words(figure).count("… waits for ever") == 3
    assert "for ever" in words(figure)


def test_who_waits_for_what_in_a_deadlock_stands_below_the_title() -> None:
    told = words(draw(deadlock()))
    assert told[told.index("main ended in a deadlock") + 1 :][:2] == [
        "A waits for Lock.acquire",
        "B waits for Lock.acquire",
    ]
    many = replace(deadlock(), deadlock=tuple(Wait(f"w{n}", "Queue.get") for n in range(9)))
    assert "w2 waits for Queue.get and 6 more" in words(draw(many))


def test_a_blocker_is_marked() -> None:
    text = "time.sleep(3) blocks everybody"
    assert text in words(draw(blocked()))
    assert "blocks everybody" in words(draw(blocked()))

    # On steps the bar is too narrow for it, so it stands below the title.
    assert f"rude: {text}" in words(draw(blocked(), axis="steps"))
    assert "rude: time.sleep(0.1) blocks everybody" in words(draw(blocked(0.1)))

    # In real time it may be anything that takes its time.
    in_real_time = replace(blocked(), clock="real")
    assert "blocks everybody for 3 s" in words(draw(in_real_time))
    assert "rude: blocks everybody for 3 s at line 5" in describe(in_real_time)


def test_what_a_check_objects_to_is_framed() -> None:
    polls = [replace(wait("sleep(1)", n, n + 1, n + 1, n + 2), line=7) for n in range(3)]
    other = wait("sleep(4)", 3, 7, 4, 5)
    helper = life(1, "helper", replace(wait("sleep(7)", 0, 7, 0, 6), line=9))
    run = run_of(life(0, "main", turn(0), *polls, other, turn(6, 7)), helper, duration=7.0)
    figure = draw(run, fault=Fault(7))
    [frame] = [p for p in figure.axes[0].patches if to_hex(p.get_edgecolor()) == RED]
    box = frame.get_bbox()
    assert (box.x0, box.x1) == (pytest.approx(0, abs=0.1), pytest.approx(3, abs=0.1))
    assert 0 < box.y0 < box.y1 < 1  # in the first lane
    assert "look here" in words(figure)
    # It came to its end, but not to a good one; its helper did nothing wrong.
    assert [word for word in words(figure) if "returned" in word] == ["returned", "✓ returned"]

    for fault in (None, Fault(None), Fault(8)):
        assert "look here" not in words(draw(run, fault=fault))
    assert words(draw(run)).count("✓ returned") == 2


def test_a_callback_that_blocks_is_explained() -> None:
    waits = life(0, "main", turn(0), wait("sleep(3)", 0, 3, 1, 1), turn(1, 3))
    callback = Blocking("a callback", 0.0, 3.0)
    told = words(draw(run_of(waits, duration=3.0, blocked=(callback,))))
    assert "a callback: time.sleep(3) blocks everybody" in told
    assert "blocks everybody" in told


def test_a_reason_that_fits_into_no_bar_stands_below_the_name() -> None:
    quick = [turn(0), *(wait("sleep(0.1)", n, n + 0.1, 0, 0) for n in range(9)), turn(1, 9)]
    figure = draw(run_of(life(0, "ticker", *quick), duration=9.0))
    assert "waits for sleep(0.1)" in words(figure)

    assert "generator · waits at yield" in words(draw(two_generators(60)))

    # A task that was cancelled is ready at once: it waits for nothing.
    cancelled = replace(ready(2, 2, 2, 3), reason="cancelled")
    spans = [turn(0), wait("sleep(4)", 0, 2, 1, 2), cancelled, turn(3, 2)]
    figure = draw(run_of(life(0, "world", *spans, outcome="cancelled"), duration=2.0))
    assert "sleep(4)" in words(figure)
    assert not any("waits for" in each for each in words(figure))


def test_in_a_narrow_bar_the_coroutine_that_waits_is_hinted_at() -> None:
    """Else equal waits look unequal: only in some of the bars it would be named."""
    spans = [turn(0), wait("sleep(1)", 0, 1, 1, 1), turn(1, 1), wait("sleep(6)", 1, 7, 2, 2)]
    inside = [replace(span, inside="do_some_work" if span.reason else "") for span in spans]
    told = words(draw(run_of(life(0, "main", *inside, turn(2, 7)), duration=7.0)))
    assert {"… > sleep(1)", "do_some_work > sleep(6)"} <= set(told)


def test_what_is_too_fast_to_be_seen_is_said_to_be() -> None:
    spans = [
        part
        for n in range(2000)
        for part in (turn(n, n * 0.01), wait("sleep(0.01)", n * 0.01, (n + 1) * 0.01, n, n))
    ]
    figure = draw(run_of(life(0, "ticker", *spans), duration=20.0))

    assert "running on and off" in words(figure)
    assert bars(figure, 0, "running") == []
    assert len(bars(figure, 0, "waiting")) < 10


def test_turns_at_one_moment_are_one_tick() -> None:
    spans = [turn(0), wait("sleep(0)", 0, 0, 1, 1), turn(1), wait("sleep(2)", 0, 2, 2, 3)]
    figure = draw(run_of(life(0, "main", *spans, turn(3, 2)), duration=2.0))
    assert len(bars(figure, 0, "running")) == 2
    assert "running on and off" not in words(figure)


def test_of_many_lives_those_of_one_function_share_a_lane() -> None:
    figure = draw(crowd(100))
    assert "99 × visitor" in words(figure)
    assert "at most 80 under way at once" in words(figure)
    assert "✓ all returned" in words(figure)
    assert not any(" × " in word for word in words(draw(crowd(30))))


def test_a_hill_shows_how_many_of_a_group_are_under_way() -> None:
    (hill,) = [each for each in draw(crowd(100)).axes[0].collections if is_hill(each)]
    (shape,) = hill.get_paths()
    heights = {round(2.0 - y, 9) for _, y in shape.vertices}
    # 20 of them take no time, and 80, 60, 40 and 20 are there in the seconds after.
    assert len(heights) == 5
    assert "how many at once" in words(draw(crowd(100)))
    assert "how many at once" not in words(draw(three_jobs()))


def is_hill(collection: Any) -> bool:
    return type(collection).__name__ in ("PolyCollection", "FillBetweenPolyCollection") and (
        len(collection.get_paths()[0].vertices) > 6
    )


def test_of_many_functions_the_first_29_are_drawn() -> None:
    figure = draw(strangers(100))
    assert "and 71 more" in words(figure)
    assert sum(word.endswith("returned") for word in words(figure)) == 29


def test_the_event_loop_has_a_lane_on_seconds() -> None:
    run = three_jobs()
    assert "event loop" in words(draw(run))
    assert "idle" in words(draw(run))
    assert "event loop" not in words(draw(run, axis="steps"))
    assert "event loop" not in words(draw(two_generators(), axis="seconds"))


def test_a_thread_says_whose_it_is() -> None:
    call = life(1, "asyncio_0", turn(1), kind="thread", created_by=0)
    assert "thread of main" in words(draw(run_of(life(0, "main", turn(0)), call)))


def test_who_cancelled_is_said_at_the_end() -> None:
    ended = replace(life(1, "b", turn(1)), outcome="cancelled", cancelled_by=0)
    assert "⊘ cancelled by a" in words(draw(run_of(life(0, "a", turn(0)), ended)))
    itself = replace(ended, cancelled_by=1)
    assert "⊘ cancelled" in words(draw(run_of(life(0, "a", turn(0)), itself)))


def test_a_wait_for_a_lock_says_who_holds_it() -> None:
    waits = replace(wait("Lock.acquire", 0, 5, 2, 3), held_by=0)
    holder = life(0, "a", turn(0), wait("sleep(5)", 0, 5, 1, 3), turn(3, 5))
    figure = draw(run_of(holder, life(1, "b", turn(1), waits, turn(4, 5)), duration=5.0))
    assert "Lock.acquire, held by a" in words(figure)


def test_a_wait_that_was_cancelled_says_so_where_the_task_goes_on() -> None:
    woken = replace(ready(2, 2, 2, 3, by=0), reason="cancelled")
    spans = [turn(1), wait("sleep(60)", 0, 2, 2, 2), woken, turn(3, 2)]
    ends = life(1, "ends", *spans, outcome="cancelled", cancelled_by=0)
    goes_on = life(2, "goes on", *spans, wait("sleep(3)", 2, 5, 4, 4), turn(4, 5))
    told = words(draw(run_of(life(0, "main", turn(0)), ends, goes_on, duration=5.0)))
    assert "sleep(60)" in told
    assert "sleep(60), cancelled" in told


def test_a_lock_that_is_handed_on_was_held_by_that_one_first() -> None:
    waits = replace(wait("Lock.acquire", 0, 5, 2, 3), held_by=0)
    third = life(2, "c", turn(1), waits, turn(4, 5, by=1))
    others = [life(0, "a", turn(0)), life(1, "b", turn(3, 5))]
    run = run_of(*others, third, duration=5.0)
    assert "Lock.acquire, first held by a" in words(draw(run))
    assert "waited 5 s in all: Lock.acquire, first held by a" in describe(run)


def test_a_record_that_was_cut_short_says_so() -> None:
    cut = "only the first 3,000 steps are in the record"
    run = run_of(life(0, "main", turn(0)), warnings=(cut, "another"))
    assert cut in words(draw(run))
    assert cut in describe(run)


def test_what_was_lost_is_said_below_the_title() -> None:
    gone = (Lost("exception", "bad", "ValueError: 1"), Lost("coroutine", "f"), Lost("task", "t"))
    told = words(draw(run_of(life(0, "main", turn(0)), lost=gone)))
    assert "lost: nobody looked at the error of bad: ValueError: 1" in told
    assert "lost: f() was never awaited" in told
    assert "lost: task t was destroyed while it waited" in told


# How it looks


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("axis", ["seconds", "steps"])
@pytest.mark.parametrize("times", [1, 2])
def test_nothing_is_cut_off_or_written_over(name: str, axis: Any, times: int) -> None:
    figure = draw(*[RUNS[name]] * times, axis=axis)
    found = boxes(figure)
    for text, box in found:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text
    for (one, a), (other, b) in combinations(found, 2):
        # A line's box has some air above and below its letters.
        overlap = Bbox.intersection(a, b)
        assert overlap is None or overlap.width < 1 or overlap.height < 3, (one, other)


def test_it_is_as_wide_as_a_notebook_and_as_high_as_it_needs() -> None:
    few, many = draw(three_jobs()), draw(strangers(100))
    assert few.get_figwidth() == many.get_figwidth() == WIDTH
    assert 2 < few.get_figheight() < 4 < many.get_figheight() < 13


def test_its_background_is_opaque() -> None:
    assert draw(three_jobs()).get_facecolor() == (1, 1, 1, 1)


# Two runs


def bar_widths(figure: Timeline, panel: int) -> list[float]:
    """Return the widths of the waiting bars of a panel, in pixels."""
    axes = figure.axes[panel]
    return [
        box.width
        for bars in axes.collections
        if bars.get_zorder() == 2
        for path in bars.get_paths()
        for box in [path.get_extents(axes.transData)]
    ]


def test_runs_are_compared_on_one_scale() -> None:
    slow = run_of(life(0, "main", turn(0), wait("sleep(8)", 0, 8, 1, 1), turn(1, 8)), duration=8.0)
    figure = compare(slow, three_jobs(), names=["then", "now"])
    assert isinstance(figure, Timeline)
    above, below = (axes.get_position() for axes in figure.axes)
    assert above.x0 == below.x0
    assert above.y0 > below.y1
    assert max(bar_widths(figure, 0)) == pytest.approx(2 * max(bar_widths(figure, 1)))
    told = words(figure)
    assert "then: main took 8 s" in told
    assert "now: fetch_all took 4 s" in told
    assert told.count("waiting") == 1
    shown = figure.shown()
    assert shown["text/plain"] == f"then: {describe(slow)}\n\nnow: {describe(three_jobs())}"
    title = "Timeline: then: main took 8 s; now: fetch_all took 4 s"
    assert f'aria-label="{title}"' in shown["text/html"]


def test_a_comparison_has_one_axis_for_all() -> None:
    quick = run_of(life(0, "main", turn(0)))
    axes = compare(quick, three_jobs()).axes
    assert [each.get_xlabel() for each in axes] == ["seconds", "seconds"]
    assert compare(quick, quick).axes[1].get_xlabel().startswith("steps")


def test_a_run_that_takes_no_time_has_no_seconds_to_read() -> None:
    quick = run_of(life(0, "main", turn(0)))
    above, below = compare(quick, three_jobs()).axes
    assert list(above.get_xticks()) == [0]
    assert list(below.get_xticks()) == [0, 1, 2, 3, 4]


def test_compared_runs_have_the_same_ticks() -> None:
    long = run_of(life(0, "main", wait("sleep(900)", 0, 900, 0, 0), turn(1, 900)), duration=900.0)
    above, below = compare(long, three_jobs()).axes
    assert list(above.get_xticks()) == [0, 200, 400, 600, 800]
    assert list(below.get_xticks()) == [0]


def test_a_comparison_needs_runs_and_a_name_for_each() -> None:
    with pytest.raises(ValueError, match="Give compare the runs"):
        compare()
    with pytest.raises(ValueError, match="one name for each run: 2, not 1"):
        compare(three_jobs(), three_jobs(), names=["then"])


# That it is the same every time


@pytest.mark.parametrize("name", RUNS)
def test_two_draws_give_the_same_svg(name: str) -> None:
    assert svg(draw(RUNS[name])) == svg(draw(RUNS[name]))


def test_two_processes_give_the_same_svg(tmp_path: Path) -> None:
    code = (
        "import json, sys\n"
        "from looplab.runs.run import Run\n"
        "from looplab.pictures.timeline import draw\n"
        "draw(Run.from_json(json.load(sys.stdin))).savefig(sys.argv[1])\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-W", "error", "-c", code, str(tmp_path / f"{seed}.svg")],
            input=json.dumps(three_jobs().to_json()),
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    one, other = ((tmp_path / f"{seed}.svg").read_bytes() for seed in ("1", "2"))
    assert one == other == svg(draw(three_jobs()))
    assert b"<dc:date>" not in one


def test_matplotlibs_settings_are_neither_read_nor_changed() -> None:
    expected = svg(draw(three_jobs()))
    with mpl.rc_context({"text.color": "yellow", "font.size": 30, "axes.grid": True}):
        before = dict.copy(mpl.rcParams)
        assert svg(draw(three_jobs())) == expected
        assert dict.copy(mpl.rcParams) == before


# In a notebook


def page(figure: Timeline) -> ElementTree.Element:
    """Return the picture of a page part as XML."""
    part = figure.shown()["text/html"]
    return ElementTree.fromstring(part[part.index("<svg") : part.index("</svg>") + len("</svg>")])


def test_a_notebook_shows_one_picture_with_words_beside_it() -> None:
    run = three_jobs()
    figure = draw(run)
    # What `%matplotlib inline` does.
    formatter = DisplayFormatter()
    formatter.formatters["image/png"].for_type(Figure, lambda figure: b"\x89PNG by pyplot")

    assert formatter.format(figure) == ({}, {})  # it is shown by itself

    shown = draw(run).shown()
    assert set(shown) == {"text/html", "text/plain"}
    assert shown["text/plain"] == describe(run)
    assert f"<pre>{html.escape(describe(run))}</pre>" in shown["text/html"]


def test_a_screen_reader_is_told_what_it_is() -> None:
    picture = page(draw(three_jobs()))
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "Timeline: fetch_all took 4 s"


@pytest.mark.parametrize("name", RUNS)
def test_a_page_part_has_all_the_text_at_its_length_and_no_rule_for_the_page(name: str) -> None:
    figure = draw(RUNS[name])
    written = {text.get_text() for text in figure.findobj(Text) if text.get_text().strip()}
    part = figure.shown()["text/html"]
    picture = page(figure)
    texts = list(picture.iter("{http://www.w3.org/2000/svg}text"))
    assert {text.text for text in texts if (text.text or "").strip()} == written
    assert all(float(text.get("textLength", 0)) > 0 for text in texts if text.text)
    assert not list(picture.iter("{http://www.w3.org/2000/svg}style"))
    assert not re.search(r"(fill|stroke)=", part)
    assert len(part) < 60_000


def test_each_colour_can_be_chosen_by_the_page() -> None:
    for run in RUNS.values():
        shown = draw(run).shown()["text/html"]
        styles = re.findall(r'style="([^"]*)"', shown)
        for colour in re.findall(r"(?<!,)#[0-9a-f]{6}", " ".join(styles)):
            pytest.fail(f"{colour} is the same on dark")
        assert "[data-jp-theme-light=false]" in shown


@pytest.mark.parametrize("one, other", [(INK, PAPER), (GREY, PAPER), (INK, CREAM), (RED, PAPER)])
def test_text_can_be_read_on_dark(one: str, other: str) -> None:
    light, dark = sorted((luminance(ON_DARK[one]), luminance(ON_DARK[other])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2, level AA


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_name_that_looks_like_html_or_a_colour_is_text() -> None:
    odd = run_of(life(0, "<b> #222222", turn(0)))
    figure = draw(odd)
    assert "<b>" not in figure.shown()["text/html"]
    texts = [each.text for each in page(figure).iter() if each.text]
    assert any("#222222" in text for text in texts)


def test_what_was_shown_is_let_go_and_drawn_again_when_asked_for(tmp_path: Path) -> None:
    figure = draw(three_jobs())
    many = len(figure.findobj())
    before = svg(figure)
    first = figure.shown()
    assert len(figure.findobj()) < many / 5
    assert figure.shown() == first
    figure.savefig(tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == before
    figure.shown()
    assert [each.get_xlabel() for each in figure.axes] == ["seconds"]


def test_it_is_a_figure_like_any_other(tmp_path: Path) -> None:
    figure = draw(three_jobs())
    assert isinstance(figure, Timeline)
    figure.savefig(tmp_path / "run.png", dpi=50)
    figure.savefig(tmp_path / "run.svg", metadata={"Title": "mine"})
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")
    assert b"mine" in (tmp_path / "run.svg").read_bytes()


# What comes out of a sandbox


@pytest.mark.parametrize("axis", ["seconds", "steps"])
@pytest.mark.parametrize(
    "more",
    [
        {"duration": 1e308, "steps": 10**400},
        {"duration": -4.0, "steps": -3},
        {"duration": 1e-300, "steps": 0},
    ],
)
def test_a_record_that_makes_no_sense_is_drawn_all_the_same(axis: Any, more: Any) -> None:
    spans = [
        Span("running", -1e308, 1e308, -5, 10**400, "r" * 9999, woken_by=77),
        Span("waiting", 3.0, 2.0, 5, 1, "x", woken_by=0),
    ]
    broken = life(0, "a" * 9999, *spans, function="")
    figure = draw(run_of(broken, broken, blocked=(Blocking("b", 0.0, 1e308),), **more), axis=axis)
    assert svg(figure)
