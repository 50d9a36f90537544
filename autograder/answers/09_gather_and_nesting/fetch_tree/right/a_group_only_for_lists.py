# Numbers alone are awaited without a task; each list is a group.
import asyncio


async def fetch_tree(job, tree):
    async def whole(parts):
        async with asyncio.TaskGroup() as group:
            tasks = []
            for part in parts:
                work = whole(part) if isinstance(part, list) else job(part)
                tasks.append(group.create_task(work))
        return [task.result() for task in tasks]

    return await whole(tree) if isinstance(tree, list) else await job(tree)
