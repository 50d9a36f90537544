"""Jobs that clean up, sources that pause, and programs that are cancelled: the test owns when."""

import asyncio
import contextlib
from typing import Any

import pytest

from looplab import CheckFailed, arrivals, expect, jobs, observe


def test_a_cancelled_job_ends_when_it_has_cleaned_up() -> None:
    async def group(job: Any, n: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            for i in range(n):
                tasks.create_task(job(i))

    run = observe(group, jobs([9, 1, 9], errors={1: OSError()}, clean_ups=[2, 7, 3]), 3)
    ends = [(call.outcome, call.stop) for call in run.calls]
    assert ends == [("cancelled", 3.0), ("raised", 1.0), ("cancelled", 4.0)]
    expect(run).raised(OSError).took(4).jobs_ended(whole=True).nothing_left()


def test_a_second_cancellation_cuts_a_clean_up_short() -> None:
    async def twice(job: Any) -> None:
        task = asyncio.create_task(job(0))
        for _ in range(2):
            await asyncio.sleep(1)
            task.cancel()
        await asyncio.wait([task])

    run = observe(twice, jobs([9], clean_ups=[5]))
    assert [(call.outcome, call.stop) for call in run.calls] == [("cut short", 2.0)]
    expect(run).jobs_ended()
    with pytest.raises(CheckFailed, match=r"job\(0\) was cancelled in its clean-up"):
        expect(run).jobs_ended(whole=True)


def test_who_does_not_wait_for_a_clean_up_leaves_the_job() -> None:
    async def leaves(job: Any) -> None:
        task = asyncio.create_task(job(0))
        await asyncio.sleep(1)
        task.cancel()

    run = observe(leaves, jobs([9], clean_ups=[5]))
    with pytest.raises(CheckFailed, match=r"job\(0\) has not ended"):
        expect(run).jobs_ended()


def test_jobs_are_called_in_turn() -> None:
    async def some(op: Any) -> list[Any]:
        return [await op(), await op("more", 3), await op()]

    run = observe(some, jobs([1, 2], results=["a", "b"], in_turn=True))
    assert [(call.arguments, call.outcome, call.stop) for call in run.calls] == [
        ((), "returned", 1.0),
        (("more", 3), "returned", 3.0),
        ((), "raised", 3.0),
    ]
    assert run.error is not None
    assert run.error.message == "it is called more than 2 times"


def test_a_source_pauses_before_each_item_and_before_its_end() -> None:
    async def read(items: Any) -> list[Any]:
        return [item async for item in items]

    run = observe(read, arrivals("ab", pause=2, last=5))
    assert run.result == ["a", "b"]
    assert [(call.outcome, call.stop) for call in run.calls] == [
        ("returned", 2.0),
        ("returned", 4.0),
        ("exhausted", 9.0),
    ]
    run = observe(read, arrivals("ab"))
    assert (run.result, run.duration, run.steps) == (["a", "b"], 0.0, 1)
    expect(observe(read, arrivals("a", pause=1, error=LookupError("no more")))).raised(LookupError)


def test_an_item_whose_pause_is_cancelled_is_not_lost() -> None:
    async def impatient(items: Any) -> Any:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await anext(items)
        return await anext(items)

    run = observe(impatient, arrivals("ab", pause=2))
    assert (run.result, run.duration) == ("a", 3.0)
    assert [call.outcome for call in run.calls] == ["cancelled", "returned"]


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_observe_cancels_what_it_observes(clock: Any) -> None:
    async def sleeps() -> None:
        await asyncio.sleep(9)

    run = observe(sleeps, cancel_at=0.01, clock=clock)
    assert run.error is not None
    assert run.error.type == "CancelledError"
    assert 0.01 <= run.duration < 9
    expect(run).cancelled()


def test_who_takes_its_cancellation_is_told_so() -> None:
    async def swallows() -> str:
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            return "never mind"
        return "done"

    run = observe(swallows, cancel_at=2)
    assert run.duration == 2
    with pytest.raises(CheckFailed, match="it returned 'never mind'") as caught:
        expect(run).cancelled()
    assert "swallows(), cancelled at 2 s," in caught.value.expected
    with pytest.raises(CheckFailed):
        expect(observe(swallows, cancel_at=99)).cancelled()
    with pytest.raises(CheckFailed, match="TypeError"):
        expect(observe(swallows, "an argument too many", cancel_at=2)).cancelled()
