# Each task writes its result into its place in a copy of the tree.
import asyncio
import copy


async def fetch_tree(job, tree):
    root = copy.deepcopy([tree])

    async def fetch_into(parts, at):
        parts[at] = await job(parts[at])

    def walk(parts):
        for at, part in enumerate(parts):
            if isinstance(part, list):
                walk(part)
            else:
                group.create_task(fetch_into(parts, at))

    async with asyncio.TaskGroup() as group:
        walk(root)
    return root[0]
