# loses: the results have the shape of the tree
# takes an exception that a job returns for one that it raises
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        result = await job(tree)
        if isinstance(result, Exception):
            raise result
        return result
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(fetch_tree(job, part)) for part in tree]
    return [part.result() for part in parts]
