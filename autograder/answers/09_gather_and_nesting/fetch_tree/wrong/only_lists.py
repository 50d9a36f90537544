# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    async with asyncio.TaskGroup() as group:
        parts = [
            group.create_task(fetch_tree(job, part) if isinstance(part, list) else job(part))
            for part in tree
        ]
    return [part.result() for part in parts]
