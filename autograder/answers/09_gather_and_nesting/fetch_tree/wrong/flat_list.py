# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    def numbers(part):
        return sum(map(numbers, part), []) if isinstance(part, list) else [part]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in numbers(tree)]
    return [task.result() for task in tasks]
