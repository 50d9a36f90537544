# no workers: up to k tasks, and a deque
import asyncio
from collections import deque


async def work_off(items, work, k, tries):
    waiting = deque((item, 1) for item in items)
    working, results = {}, {}
    try:
        while waiting or working:
            while waiting and len(working) < k:
                item, number = waiting.popleft()
                working[asyncio.ensure_future(work(item))] = item, number
            done, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                item, number = working.pop(task)
                if task.exception() is None:
                    results[item] = task.result()
                elif number < tries:
                    waiting.append((item, number + 1))
        return results
    finally:
        for task in working:
            task.cancel()
        if working:
            await asyncio.wait(working)
