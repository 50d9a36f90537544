# A task waits for the future; a set keeps the task.
import asyncio

waiting = set()


def when_done(future, on_done, on_error):
    async def wait():
        await asyncio.wait([future])
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            on_error(future.exception())
        else:
            on_done(future.result())

    task = asyncio.ensure_future(wait())
    waiting.add(task)
    task.add_done_callback(waiting.discard)
