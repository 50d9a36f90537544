# no workers: the master keeps up to k tasks under way, and a list of what waits
import asyncio
from collections import deque


async def crawl(first, visit, k):
    waiting, seen, links, visiting = deque([first]), {first}, {}, {}
    try:
        while waiting or visiting:
            while waiting and len(visiting) < k:
                page = waiting.popleft()
                visiting[asyncio.create_task(visit(page))] = page
            done, _ = await asyncio.wait(visiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                page = visiting.pop(task)
                links[page] = task.result()
                new = [each for each in dict.fromkeys(links[page]) if each not in seen]
                seen.update(new)
                waiting.extend(new)
        return links
    finally:
        for task in visiting:
            task.cancel()
        if visiting:
            await asyncio.wait(visiting)
