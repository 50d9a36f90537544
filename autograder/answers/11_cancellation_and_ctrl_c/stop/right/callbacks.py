# Each task tells an Event when it has ended, by a done callback.
import asyncio


async def stop(tasks):
    left = set(tasks)
    all_ended = asyncio.Event()

    def ended(task):
        left.discard(task)
        if not left:
            all_ended.set()

    for task in tasks:
        task.add_done_callback(ended)
        task.cancel()
    if left:
        await all_ended.wait()
    return [task.get_name() for task in tasks if task.cancelled()]
