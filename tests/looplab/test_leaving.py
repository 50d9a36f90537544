"""What a program leaves is told, whatever its tasks say of themselves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from looplab import observe
from looplab.recorder import asking


def _left(coroutine: Any, **methods: Callable[..., Any]) -> Any:
    """Start a task of a class with these methods."""
    kind: Any = type("Own", (asyncio.Task,), methods)
    return kind(coroutine, loop=asyncio.get_running_loop(), name="left")


def _says_it_is_done() -> Any:
    return _left(asyncio.sleep(9), done=lambda _: True)


def _says_it_is_elsewhere() -> Any:
    return _left(asyncio.sleep(9), get_loop=lambda _: None)


def _is_equal_to_the_one_that_ends() -> Any:
    me = asyncio.current_task()
    return _left(asyncio.sleep(9), __eq__=lambda _, other: other is me, __hash__=lambda _: hash(me))


def _has_another_method() -> Any:
    task: Any = asyncio.create_task(asyncio.sleep(9), name="left")
    task.done = lambda: True
    return task


def _is_in_no_list() -> Any:
    task = asyncio.create_task(asyncio.sleep(9), name="left")
    asyncio.tasks._unregister_task(task)  # type: ignore[attr-defined]  # what is tried
    return task


WAYS = [
    _says_it_is_done,
    _says_it_is_elsewhere,
    _is_equal_to_the_one_that_ends,
    _has_another_method,
    _is_in_no_list,
]


@pytest.mark.parametrize("leave", WAYS)
@pytest.mark.parametrize("seconds", [0, 1])
def test_a_task_that_is_left_is_told_whatever_it_says(leave: Any, seconds: float) -> None:
    async def main() -> None:
        kept.append(leave())
        if seconds:
            await asyncio.sleep(seconds)

    kept: list[Any] = []
    assert [wait.task for wait in observe(main).leftovers] == ["left"]


def test_one_that_begins_when_all_is_over_is_left_too() -> None:
    async def late() -> None:
        await asyncio.sleep(9)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.create_task, late())

    (wait,) = observe(main).leftovers
    assert (wait.task.rpartition(".")[2], wait.reason) == ("late", "its first turn")


def test_a_generator_that_is_not_used_up_is_no_task_of_the_programs() -> None:
    async def items() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)

    async def main() -> None:
        async for _ in items():
            break

    assert observe(main).leftovers == ()


def test_how_a_task_ended_is_not_what_it_says() -> None:
    async def work() -> str:
        return "done"

    async def main() -> None:
        task: Any = asyncio.create_task(work(), name="work")
        task.cancelled = lambda: True
        await task

    run = observe(main)
    assert [life.outcome for life in run.lives if life.name == "work"] == ["returned"]


class _Noted(asyncio.Task[None]):
    """Counts who cancels it, and says so."""

    asked = 0

    def cancel(self, msg: Any = None) -> bool:
        self.asked += 1
        return super().cancel(msg)

    def __repr__(self) -> str:
        return f"<asked {self.asked} times>"


@pytest.mark.parametrize("kind", [asyncio.Task, _Noted, asyncio.tasks._PyTask])  # type: ignore[attr-defined]  # not in asyncio's stubs
@pytest.mark.parametrize("lie", ["", "cancelled", "exception", "get_loop"])
def test_a_task_that_lies_of_itself_is_told_of_and_no_other(
    kind: Any, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        task = kind(asyncio.sleep(1), loop=asyncio.get_running_loop())
        if lie:
            setattr(task, lie, getattr(asyncio.create_task(asyncio.sleep(0)), lie))
        await asyncio.sleep(2)

    told: list[Any] = []
    monkeypatch.setattr(asking, "audit", lambda event, *_: told.append(event))
    observe(main)
    assert told.count(asking.TASK) == bool(lie)


def test_an_error_that_nobody_asked_for_is_lost_whatever_the_task_says() -> None:
    async def fail() -> None:
        raise OSError("no world")

    async def main() -> str:
        kept.append(_left(fail(), _log_traceback=False))
        await asyncio.wait(kept)
        return "".join(re.findall(r"exception=(\w+)", repr(kept[0])))

    kept: list[Any] = []
    run = observe(main)
    assert (run.result, [lost.kind for lost in run.lost]) == ("OSError", ["exception"])
