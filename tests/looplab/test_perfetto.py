"""A Run as a trace: what the Trace Event Format asks for, and what happened."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from looplab import Run, gens, jobs, observe, recording
from looplab.pictures.perfetto import trace

# What each phase of event must have, by the Trace Event Format
NEEDED = {
    "M": {"name", "pid", "args"},
    "X": {"name", "cat", "ts", "dur", "pid", "tid"},
    "i": {"name", "ts", "pid", "tid", "s"},
    "s": {"name", "cat", "id", "ts", "pid", "tid"},
    "f": {"name", "cat", "id", "ts", "pid", "tid", "bp"},
}


async def all_at_once(job: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(job(number), name=f"fetch {number}")


async def one_lock() -> None:
    lock = asyncio.Lock()

    async def hold(seconds: float) -> None:
        async with lock:
            await asyncio.sleep(seconds)

    await asyncio.gather(hold(2), hold(1))


def count(stream: Any) -> list[int]:
    return list(stream)


async def in_a_thread() -> None:
    await asyncio.to_thread(sum, [1, 2])


def recorded() -> Run:
    with recording() as run:
        asyncio.run(all_at_once(lambda _: asyncio.sleep(0.001)))
    return run


RUNS = {
    "jobs": lambda: observe(all_at_once, jobs([2, 1, 4])),
    "a lock": lambda: observe(one_lock),
    "generators": lambda: observe(count, *gens([1, 2])),
    "a thread": lambda: observe(in_a_thread),
    "a deadlock": lambda: observe(asyncio.Queue().get),
    "nothing": lambda: observe(int),
    "real time": recorded,
}


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_each_event_is_as_the_format_wants_it(make: Any) -> None:
    told = json.loads(json.dumps(trace(make()), allow_nan=False))
    assert told["displayTimeUnit"] in ("ms", "ns")
    for event in told["traceEvents"]:
        assert NEEDED[event["ph"]] <= event.keys(), event
        assert isinstance(event["name"], str)
        for time in ("ts", "dur"):
            assert event.get(time, 0) >= 0
    tracks = {e["tid"] for e in told["traceEvents"] if e["name"] == "thread_name"}
    assert {e["tid"] for e in told["traceEvents"]} == tracks


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_slices_of_a_track_follow_one_another(make: Any) -> None:
    """Perfetto drops a slice that begins inside another and ends outside it."""
    slices = [e for e in trace(make())["traceEvents"] if e["ph"] == "X"]
    for track in {each["tid"] for each in slices}:
        mine = sorted((e["ts"], e["ts"] + e["dur"]) for e in slices if e["tid"] == track)
        for (_, end), (start, _) in pairwise(mine):
            assert start >= end - 0.002


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_arrows_come_in_pairs_and_begin_and_end_in_slices(make: Any) -> None:
    events = trace(make())["traceEvents"]
    starts = {e["id"]: e for e in events if e["ph"] == "s"}
    stops = {e["id"]: e for e in events if e["ph"] == "f"}
    assert starts.keys() == stops.keys()
    for number, start in starts.items():
        assert start["ts"] <= stops[number]["ts"]
        for end in (start, stops[number]):
            assert any(
                e["ph"] == "X"
                and e["tid"] == end["tid"]
                and e["ts"] <= end["ts"] <= e["ts"] + e["dur"]
                for e in events
            )


def test_what_happened_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    observe(all_at_once, jobs([2, 1, 4])).to_perfetto(path)
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    names = [e["args"]["name"] for e in events if e["name"] == "thread_name"]
    assert names == [
        "event loop",
        "all_at_once (Task-1)",
        "fetch 0 (job)",
        "fetch 1 (job)",
        "fetch 2 (job)",
    ]
    waits = {e["name"]: round(e["dur"] / 1e6, 3) for e in events if e.get("cat") == "waiting"}
    assert waits == {"TaskGroup": 4, "job(0)": 2, "job(1)": 1, "job(2)": 4}
    arrows = [e["tid"] for e in events if e["ph"] in "sf"]
    assert arrows == [4, 1, 1, 2, 1, 3, 1, 4]  # the last ends the group; the group starts each


def test_who_holds_a_lock_is_told() -> None:
    [told] = [
        e["args"] for e in trace(observe(one_lock))["traceEvents"] if e["name"] == "Lock.acquire"
    ]
    assert told["held by"] == "hold"
