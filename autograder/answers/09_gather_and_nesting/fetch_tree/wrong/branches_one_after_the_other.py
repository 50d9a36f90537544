# loses: all jobs of the tree run at once, each once
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    async with asyncio.TaskGroup() as group:
        leaves = {
            at: group.create_task(job(part))
            for at, part in enumerate(tree)
            if not isinstance(part, list)
        }
    return [
        leaves[at].result() if at in leaves else await fetch_tree(job, part)
        for at, part in enumerate(tree)
    ]
