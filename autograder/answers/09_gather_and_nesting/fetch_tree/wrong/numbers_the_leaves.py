# loses: the results have the shape of the tree
import asyncio
from itertools import count


async def fetch_tree(job, tree):
    number = count()

    async def fetch(part):
        if not isinstance(part, list):
            return await job(next(number))
        async with asyncio.TaskGroup() as group:
            parts = [group.create_task(fetch(each)) for each in part]
        return [each.result() for each in parts]

    return await fetch(tree)
