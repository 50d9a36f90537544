"""Most of a Run is made when somebody asks for it, and is what it would have been at once."""

import asyncio
import pickle
from dataclasses import replace

import pytest

from looplab import observe
from looplab.runs.run import SCHEMA, Details, Facts, Run, read_details, read_facts
from looplab.runs.wire import WireError, pack


async def two() -> str:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(2), name="long")
        group.create_task(asyncio.sleep(1), name="short")
    return "done"


def later(run: Run, asked: list[str]) -> Run:
    """Return the run as one that notes who asks for its details."""

    def details() -> Details:
        asked.append("details")
        return Details(run.lives, run.ticks)

    return Run.of(read_facts(pack(run, Facts)), details)


def test_who_asks_for_facts_asks_for_nothing_else() -> None:
    asked: list[str] = []
    run = later(observe(two), asked)
    assert (run.result, run.duration, run.leftovers) == ("done", 2.0, ())
    other = run.with_facts(duration=3.0)
    assert other.duration == 3.0 and not asked


def test_details_are_asked_for_once() -> None:
    asked: list[str] = []
    run = later(observe(two), asked)
    assert run.order() == ("short", "long", "Task-1")
    assert run.ticks == () and run.overlap("long", "short") == 1.0
    assert asked == ["details"]


def test_a_run_whose_details_are_to_come_is_the_same_run() -> None:
    run = observe(two)
    assert later(run, []) == run
    assert repr(later(run, [])) == repr(run)
    assert later(run, []).to_json() == run.to_json()
    assert replace(later(run, []), steps=1) == replace(run, steps=1)


def test_a_run_goes_to_another_process_with_its_details() -> None:
    run = observe(two)
    assert pickle.loads(pickle.dumps(later(run, []))) == run
    asked: list[str] = []
    whole = later(run, asked).whole()
    assert asked == ["details"] and whole.lives == run.lives
    assert whole.whole() is whole


def test_details_are_as_they_were_when_the_program_ended() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def main() -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(1), name="before"))
        await tasks[0]

    run = observe(main)
    tasks[0].set_name("after")
    assert [life.name for life in run.lives] == ["Task-1", "before"]


def test_details_that_do_not_go_with_the_facts_are_refused() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(len, "")
        await asyncio.sleep(1)

    run = observe(main)
    told = pack(run, Details)
    assert read_details(told, run).ticks == run.ticks
    with pytest.raises(WireError, match="less than happened"):
        read_details(told, run.with_facts(callbacks=0))
    with pytest.raises(WireError, match=f"reads {SCHEMA}"):
        read_facts({**pack(run, Facts), "schema": SCHEMA + 1})
    with pytest.raises(WireError, match="exactly the fields"):
        read_facts(run.to_json())
