"""A Run in words: what each line says, and that it needs no matplotlib."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from looplab import observe
from looplab.pictures.describing import describe, label, one_line, overlap, title, who_blocked
from looplab.runs.failures import Failure
from looplab.runs.records import Blocking, Span, TaskLife, Wait
from looplab.runs.run import MAX_BLOCKED, SCHEMA, Run

KEY_ERROR = Failure("KeyError", ("KeyError", "LookupError"), "'price'", (), 12)


def span(state: Any, start: float, stop: float, reason: str = "", by: int | None = None) -> Span:
    return Span(state, start, stop, 0, 1, reason, woken_by=by)


def life(number: int, name: str, *spans: Span, **more: Any) -> TaskLife:
    facts = {"kind": "task", "function": name, "created_by": None, "outcome": "returned"}
    facts |= {"cancelled_by": None}
    return TaskLife(id=number, name=name, spans=spans, **{"error": None, **facts, **more})


def run_of(*lives: TaskLife, **more: Any) -> Run:
    facts: dict[str, Any] = {"program": "main", "result": None, "error": None, "duration": 0.0}
    facts |= {"steps": 12, "calls": (), "leftovers": (), "deadlock": (), "blocked": ()}
    facts |= {"callbacks": 0, "ticks": (), "threads": 0, "clock": "virtual", "lost": ()}
    return Run(
        schema=SCHEMA, call="main()", lives=lives, output="", warnings=(), **{**facts, **more}
    )


def job(number: int, seconds: float) -> TaskLife:
    spans = [
        span("running", 0, 0),
        span("waiting", 0, seconds, f"job({number})"),
        span("running", seconds, seconds),
    ]
    return life(number + 1, f"job-{number}", *spans, function="_job.<locals>.job")


def three_jobs() -> Run:
    fetching = [
        span("running", 0, 0),
        span("waiting", 0, 4, "TaskGroup"),
        span("running", 4, 4, by=3),
    ]
    main = life(0, "Task-1", *fetching, function="fetch_all")
    return run_of(main, job(0, 2), job(1, 1), job(2, 4), program="fetch_all", duration=4.0)


def test_three_jobs_in_words() -> None:
    assert describe(three_jobs()).splitlines() == [
        "fetch_all took 4 s",
        "waits add up to 7 s, the program took 4 s",
        "task fetch_all (Task-1): ran 2 times, waited 4 s in all: TaskGroup; returned",
        "task job-0 (job): ran 2 times, waited 2 s in all: job(0); returned at 2 s",
        "task job-1 (job): ran 2 times, waited 1 s in all: job(1); returned at 1 s",
        "task job-2 (job): ran 2 times, waited 4 s in all: job(2); returned",
    ]


def test_what_a_loop_does_is_called_as_the_docs_call_it() -> None:
    spans = [span("running", 0, 0), span("waiting", 0, 1, "BaseSelectorEventLoop.sock_accept")]
    opens = life(0, "Task-1", *spans, function="BaseSelectorEventLoop._accept_connection2")
    told = describe(run_of(opens, duration=1.0)).splitlines()[1]
    assert told.startswith("task loop._accept_connection2 (Task-1): ran once, waited 1 s in all")
    assert "loop.sock_accept" in told


def test_words_say_when_a_life_began_and_ended() -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        late = asyncio.create_task(asyncio.sleep(1), name="late")
        await asyncio.sleep(3)
        await late

    told = describe(observe(main)).splitlines()[-1]
    assert told == (
        "task late (sleep): began at 1 s, ran 2 times, waited 1 s in all: sleep(1); returned at 2 s"
    )


def test_words_say_who_started_woke_and_cancelled() -> None:
    """What arrows show."""

    async def inner(queue: asyncio.Queue[int]) -> None:
        await queue.get()
        await asyncio.sleep(60)

    async def outer() -> None:
        queue: asyncio.Queue[int] = asyncio.Queue()
        waits = asyncio.create_task(inner(queue), name="inner")
        await asyncio.sleep(1)
        await queue.put(1)
        await asyncio.sleep(1)
        waits.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waits
        await asyncio.sleep(1)

    async def main() -> None:
        await asyncio.create_task(outer(), name="outer")

    assert describe(observe(main)).splitlines()[1:] == [
        "task main (Task-1): ran 2 times, waited 3 s in all: task outer; returned",
        "task outer: ran 5 times, waited 3 s in all: sleep(1), task inner (cancelled); returned",
        "task inner: started by outer, ran 3 times, waited 2 s in all: "
        "Queue.get (woken by outer), sleep(60) (cancelled); cancelled by outer at 2 s",
    ]


def test_the_moment_of_an_error_stands_behind_its_line() -> None:
    async def fails() -> None:
        await asyncio.sleep(1)
        raise ValueError("no")

    async def main() -> None:
        failing = asyncio.create_task(fails(), name="fails")
        await asyncio.sleep(2)
        await asyncio.wait([failing])

    (told,) = [line for line in describe(observe(main)).splitlines() if "task fails" in line]
    line = fails.__code__.co_firstlineno + 2
    assert told.endswith(f"raised ValueError: no at line {line}, at 1 s")


def test_where_no_time_passes_words_say_the_order() -> None:
    async def main() -> None:
        async def work() -> None:
            await asyncio.sleep(0)

        await asyncio.wait([asyncio.create_task(work(), name=name) for name in ("Ann", "Bob")])

    run = observe(main)
    assert describe(run).splitlines()[1] == "in order: main, Ann, Bob, Ann, Bob, main"
    assert "in order" not in describe(replace(run, steps=41))
    assert "in order" not in describe(observe(asyncio.sleep, 1))


def test_a_generator_waits_at_yield_and_is_closed() -> None:
    turns = [span("running", 0, 0), span("waiting", 0, 0, "yield"), span("running", 0, 0)]
    consumer = life(0, "consumer", *turns, kind="generator", outcome="closed")

    assert describe(run_of(consumer)).splitlines() == [
        "main took no time, 12 steps",
        "consumer (generator): ran 2 times, waited at yield between; closed",
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"duration": 2.5}, "main took 2.5 s"),
        ({"steps": 1}, "main took no time, 1 step"),
        ({"error": KEY_ERROR, "duration": 2.5}, "main raised KeyError: 'price'"),
        (
            {
                "error": KEY_ERROR,
                "deadlock": (
                    Wait("A", "Lock.acquire"),
                    Wait("go.<locals>.b", "Lock.acquire"),
                    Wait("C", "Event.wait"),
                    Wait("D", "Event.wait"),
                ),
            },
            "main ended in a deadlock: A waits for Lock.acquire, b waits for Lock.acquire, "
            "C waits for Event.wait and 1 more",
        ),
    ],
)
def test_the_title_says_how_it_ended(more: dict[str, Any], expected: str) -> None:
    assert title(run_of(**more)) == expected


def test_only_waits_for_the_world_outside_add_up() -> None:
    run = three_jobs()
    one_after_the_other = replace(run, duration=7.0)
    woken = [span("waiting", 0, 9, "Queue.get"), span("running", 9, 9, by=0)]

    assert overlap(one_after_the_other) == ""
    assert overlap(run_of(life(1, "taker", *woken), duration=4.0)) == ""
    assert overlap(replace(run, deadlock=(Wait("A", "Lock.acquire"),))) == ""


def test_what_has_not_ended_says_what_it_waits_for() -> None:
    stuck = Span("waiting", 0, 3, 1, 2, "Lock.acquire", 7)
    a = life(0, "A", span("running", 0, 0), stuck, outcome="pending")
    never = life(1, "B", outcome="pending")
    half = life(2, "g", span("running", 0, 0), outcome="pending", kind="generator")
    run = run_of(a, never, half, duration=3.0)

    assert describe(run).splitlines()[1:] == [
        "task A: ran once, waited 3 s in all: Lock.acquire; still waits for Lock.acquire at line 7",
        "task B: never ran; never started",
        "g (generator): ran once; not finished",
    ]
    forever = replace(run, deadlock=(Wait("A", "Lock.acquire", 7),))
    assert "still waits for ever for Lock.acquire at line 7" in describe(forever)


def test_an_error_names_its_line() -> None:
    failed = life(0, "A", span("running", 0, 0), outcome="raised", error=KEY_ERROR)
    assert describe(run_of(failed)).endswith(
        "task A: ran once; raised KeyError: 'price' at line 12"
    )


def test_who_blocks_and_who_is_held_up() -> None:
    rude = life(0, "Task-2", span("running", 0, 3), function="rude")
    polite = life(1, "polite", span("ready", 0, 3), span("running", 3, 3))
    run = run_of(rude, polite, duration=3.0, blocked=(Blocking("rude", 0.0, 3.0, 5),))

    assert describe(run).splitlines()[1:] == [
        "task rude (Task-2): ran once; returned",
        "task polite: ran once, was ready for 3 s while something else ran; returned",
        "rude: time.sleep(3) blocks everybody at line 5",
    ]


def test_of_many_lives_the_first_29_are_told() -> None:
    lives = [life(n, f"t{n}", span("running", 0, 0)) for n in range(100)]

    lines = describe(run_of(*lives)).splitlines()

    assert len(lines) == 1 + 29 + 1
    assert lines[-2:] == ["task t28: ran once; returned", "and 71 more"]
    assert len(describe(run_of(*lives[:30])).splitlines()) == 1 + 30


def test_of_many_lives_those_of_one_function_have_a_line_together() -> None:
    lives = [life(n, f"t{n}", span("running", n, n), function="visit") for n in range(100)]
    lives[7] = replace(lives[7], outcome="cancelled")

    assert describe(run_of(*lives)).splitlines()[1:] == [
        "100 × visit (tasks): at most 1 under way at once; 99 returned, 1 cancelled"
    ]


def test_a_life_is_called_by_what_tells_it_apart() -> None:
    assert label(life(0, "fetch-1", function="main.<locals>.fetch")) == ("fetch-1", "fetch")
    assert label(life(0, "Task-7", function="fetch")) == ("fetch", "Task-7")
    assert label(life(0, "fetch")) == ("fetch", "")
    assert label(life(0, "count 2", function="count", kind="generator")) == ("count 2", "generator")


def test_text_of_the_program_stays_on_one_line_and_harmless() -> None:
    hostile = life(0, "a\nb\x1b[2J" + "x" * 100_000, span("running", 0, 0))

    line = describe(run_of(hostile)).splitlines()[1]

    assert line.startswith("task a b [2Jxxx")
    assert len(line) < 200
    assert one_line("x" * 9, 5) == "xxxx…"


def test_it_needs_no_matplotlib() -> None:
    code = (
        "import json, sys; sys.modules['matplotlib'] = None\n"
        "from looplab.pictures.describing import describe\n"
        "from looplab.runs.run import Run\n"
        "print(describe(Run.from_json(json.loads(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, json.dumps(run_of(duration=2.0).to_json())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "main took 2 s\n"


def test_many_tasks_that_block_are_told_at_once() -> None:
    """Each was looked for among all lives: this took a minute, in the examiner."""
    lives = tuple(
        TaskLife(n, "task", "t", "main", None, None, "returned", None, (span,))
        for n in range(3_000)
        for span in [Span("running", n, n + 1, n, n + 1)]
    )
    run = replace(
        observe(asyncio.sleep, 0),
        lives=lives,
        duration=3_000.0,
        steps=3_000,
        blocked=tuple(Blocking("t", float(n), 0.5, n % 7) for n in range(MAX_BLOCKED)),
    )
    start = time.process_time()
    text = describe(run)
    assert time.process_time() - start < 20
    assert "t: time.sleep(0.5) blocks everybody at line 1 (143 times)" in text


def test_who_blocked_is_the_one_that_ran_then() -> None:
    spans = [(Span("running", n, n + 1, n, n + 1),) for n in range(3)]
    lives = tuple(
        TaskLife(n, "task", "same", "main", None, None, "returned", None, each)
        for n, each in enumerate(spans)
    )
    run = replace(
        observe(asyncio.sleep, 0),
        lives=lives,
        blocked=tuple(Blocking("same", at, 0.1) for at in (2.5, 0.0, 1.9, 7.0)),
    )
    assert [life and life.id for life in who_blocked(run)] == [2, 0, 1, 0]
