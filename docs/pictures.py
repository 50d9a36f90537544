"""Draw the README's picture: python docs/pictures.py."""

import asyncio
from pathlib import Path
from typing import Any

from looplab import jobs, observe


async def fetch_all(job: Any, n: int) -> list[Any]:
    """Start n jobs at once, and return their results in order."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i), name=f"fetch {i}") for i in range(n)]
    return [task.result() for task in tasks]


def draw(folder: Path) -> Path:
    """Draw the picture into `folder`, and return where it is."""
    path = folder / "timeline.png"
    observe(fetch_all, jobs([2, 1, 4]), 3).timeline().savefig(path, dpi=110)
    return path


if __name__ == "__main__":
    print(draw(Path(__file__).parent))
