# loses: the first error comes out, and nothing is left
import asyncio


async def fetch_tree(job, tree):
    tasks = []

    def start(part):
        if isinstance(part, list):
            return [start(each) for each in part]
        tasks.append(asyncio.create_task(job(part)))
        return tasks[-1]

    def fill(part):
        return [fill(each) for each in part] if isinstance(part, list) else part.result()

    begun = start(tree)
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
        raise
    return fill(begun)
