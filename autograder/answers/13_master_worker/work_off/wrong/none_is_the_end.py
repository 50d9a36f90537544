# loses: gives the results of what worked in the end
import asyncio
from collections import deque


async def work_off(items, work, k, tries):
    todo, results, busy = deque((i, tries) for i in items), {}, 0
    changed = asyncio.Condition()

    async def worker():
        nonlocal busy
        while True:
            async with changed:
                await changed.wait_for(lambda: todo or not busy)
                if not todo:
                    return
                item, left = todo.popleft()
                if item is None:
                    continue
                busy += 1
            try:
                results[item] = await work(item)
            except Exception:
                if left > 1:
                    todo.append((item, left - 1))
            finally:
                busy -= 1
                async with changed:
                    changed.notify_all()

    async with asyncio.TaskGroup() as group:
        for _ in range(k):
            group.create_task(worker())
    return results
