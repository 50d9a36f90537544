# No queue: who finds nothing goes home. What fails later, its own worker tries again.
import asyncio
from collections import deque


async def work_off(items, work, k, tries):
    waiting, results = deque((item, tries) for item in items), {}

    async def worker():
        while waiting:
            item, left = waiting.popleft()
            try:
                results[item] = await work(item)
            except Exception:
                if left > 1:
                    waiting.append((item, left - 1))

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return results
