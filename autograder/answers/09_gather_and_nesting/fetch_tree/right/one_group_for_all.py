# One group for the whole tree: a plain function makes the tasks, another takes the results.
import asyncio


async def fetch_tree(job, tree):
    def start(part):
        if isinstance(part, list):
            return [start(each) for each in part]
        return group.create_task(job(part), name=f"job {part}")

    def take(part):
        return [take(each) for each in part] if isinstance(part, list) else part.result()

    async with asyncio.TaskGroup() as group:
        started = start(tree)
    return take(started)
