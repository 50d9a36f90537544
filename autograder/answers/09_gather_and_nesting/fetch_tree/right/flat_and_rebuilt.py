# Collects the numbers with a stack, fetches them flat, and builds the tree anew.
import asyncio


async def fetch_tree(job, tree):
    numbers, stack = [], [tree]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        else:
            numbers.append(part)
    tasks = {number: asyncio.ensure_future(job(number)) for number in numbers}
    try:
        if tasks:
            await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_EXCEPTION)
        failed = [task for task in tasks.values() if task.done() and task.exception()]
        if failed:
            raise failed[0].exception()
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)

    def build(part):
        if isinstance(part, list):
            return [build(each) for each in part]
        return tasks[part].result()

    return build(tree)
