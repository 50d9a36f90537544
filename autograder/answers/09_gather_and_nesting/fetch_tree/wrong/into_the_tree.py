# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)

    async def put(i):
        tree[i] = await fetch_tree(job, tree[i])

    async with asyncio.TaskGroup() as group:
        for i in range(len(tree)):
            group.create_task(put(i))
    return tree
