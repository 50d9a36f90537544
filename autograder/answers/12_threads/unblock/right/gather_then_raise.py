# All at once, and gather waits for all of them, also after an error; then each task is asked.
import asyncio


async def unblock(blocking, items):
    calls = [asyncio.create_task(asyncio.to_thread(blocking, item)) for item in items]
    await asyncio.gather(*calls, return_exceptions=True)
    return [call.result() for call in calls]
