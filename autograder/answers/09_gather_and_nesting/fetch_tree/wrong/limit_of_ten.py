# loses: all jobs of the tree run at once, each once
import asyncio


async def fetch_tree(job, tree, gate=None):
    gate = gate or asyncio.Semaphore(10)
    if not isinstance(tree, list):
        async with gate:
            return await job(tree)
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(fetch_tree(job, part, gate)) for part in tree]
    return [part.result() for part in parts]
