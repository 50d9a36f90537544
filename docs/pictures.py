"""Draw the pictures of README and docs: python docs/pictures.py."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from looplab import compare, jobs, observe


async def fetch_all(job: Any, n: int) -> list[Any]:
    """Start n jobs at once, and return their results in order."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i), name=f"fetch {i}") for i in range(n)]
    return [task.result() for task in tasks]


async def one_by_one(job: Any, n: int) -> list[Any]:
    """Wait for each job before the next one starts."""
    return [await job(i) for i in range(n)]


async def frozen() -> None:
    """Run once a second, beside somebody who holds up the loop."""

    async def beat() -> None:
        for _ in range(4):
            await asyncio.sleep(1)

    async def freeze() -> None:
        await asyncio.sleep(1.5)
        time.sleep(2)  # noqa: ASYNC251  # that is what the picture shows

    async with asyncio.TaskGroup() as group:
        group.create_task(beat(), name="heartbeat")
        group.create_task(freeze(), name="freeze")


async def two_locks() -> None:
    """Take two locks in two orders."""
    left, right = asyncio.Lock(), asyncio.Lock()

    async def take(first: asyncio.Lock, second: asyncio.Lock) -> None:
        async with first:
            await asyncio.sleep(1)
            async with second:
                pass

    async with asyncio.TaskGroup() as group:
        group.create_task(take(left, right), name="left first")
        group.create_task(take(right, left), name="right first")


async def three_hundred() -> None:
    """Let 300 tasks through a door for 20; three of them fail."""
    door = asyncio.Semaphore(20)

    async def visit(n: int) -> None:
        await asyncio.sleep(n / 50)
        async with door:
            await asyncio.sleep(1)
        if n % 100 == 0:
            raise ValueError(n)

    async def watch() -> None:
        await asyncio.sleep(15)

    watching = asyncio.create_task(watch(), name="watch")
    await asyncio.gather(*[visit(n) for n in range(300)], return_exceptions=True)
    await watching


def countdown(n: int) -> Iterator[int]:
    """Yield n, n - 1, ... 1."""
    yield from range(n, 0, -1)


def main() -> None:
    """Take turns with a generator."""
    for _ in countdown(3):
        pass


def checker() -> Generator[int, object, str]:
    """Count what is sent; what is thrown in ends it."""
    count = 0
    try:
        while True:
            item = yield count
            count += item is not None
    except ValueError:
        return f"{count} items"


def resumes_it() -> None:
    """Resume a generator in each way."""
    check = checker()
    next(check)
    check.send("bolt")
    check.send("nut")
    with contextlib.suppress(StopIteration):
        check.throw(ValueError("enough"))


PICTURES: dict[str, Callable[[], Figure]] = {
    "timeline": lambda: observe(fetch_all, jobs([2, 1, 4]), 3).timeline(),
    "compared": lambda: compare(
        observe(one_by_one, jobs([2, 1, 4]), 3), observe(fetch_all, jobs([2, 1, 4]), 3)
    ),
    "blocked": lambda: observe(frozen).timeline(),
    "deadlock": lambda: observe(two_locks).timeline(),
    "crowd": lambda: observe(three_hundred).timeline(),
    "steps": lambda: observe(main).timeline(),
    "values": lambda: observe(resumes_it).timeline(),
}


def draw(folder: Path) -> list[Path]:
    """Draw the pictures into `folder`, and return where they are."""
    paths = [folder / f"{name}.png" for name in PICTURES]
    for path, make in zip(paths, PICTURES.values(), strict=True):
        make().savefig(path, dpi=110)
    return paths


if __name__ == "__main__":
    print(*draw(Path(__file__).parent), sep="\n")
