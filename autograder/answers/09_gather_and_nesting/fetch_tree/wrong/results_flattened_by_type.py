# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    found = {}

    def numbers(tree):
        return [n for part in tree for n in numbers(part)] if isinstance(tree, list) else [tree]

    async with asyncio.TaskGroup() as group:
        for n in numbers(tree):
            found[n] = group.create_task(job(n))

    def fill(tree):
        if isinstance(tree, list):
            return [fill(part) for part in tree]
        value = found[tree].result()
        return fill(value) if isinstance(value, int) and value in found and value > tree else value

    return fill(tree)
