# loses: the first error comes out, and nothing is left
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(fetch_tree(job, part)) for part in tree]
    except BaseExceptionGroup as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    return [task.result() for task in tasks]
