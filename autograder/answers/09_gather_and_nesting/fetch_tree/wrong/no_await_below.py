# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    return [asyncio.create_task(fetch_tree(job, part)) for part in tree]
