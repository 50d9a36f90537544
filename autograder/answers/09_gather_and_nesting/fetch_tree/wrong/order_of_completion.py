# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    results = []

    async def note(part):
        results.append(await fetch_tree(job, part))

    async with asyncio.TaskGroup() as group:
        for part in tree:
            group.create_task(note(part))
    return results
