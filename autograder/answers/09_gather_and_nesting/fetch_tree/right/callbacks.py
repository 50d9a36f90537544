# A callback of each task decides when a future of all is done.
import asyncio


async def fetch_tree(job, tree):
    loop = asyncio.get_running_loop()
    over, tasks, found = loop.create_future(), [], {}

    def start(tree):
        if isinstance(tree, list):
            return [start(p) for p in tree]
        task = loop.create_task(job(tree))
        tasks.append(task)
        task.add_done_callback(ended)
        return task

    def ended(task):
        if over.done():
            return
        if task.cancelled():
            over.cancel()
        elif task.exception():
            over.set_exception(task.exception())
        elif all(t.done() for t in tasks):
            over.set_result(None)

    def fill(tree):
        return [fill(p) for p in tree] if isinstance(tree, list) else tree.result()

    shape = start(tree)
    try:
        if tasks:
            await over
        return fill(shape)
    finally:
        for t in tasks:
            t.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
