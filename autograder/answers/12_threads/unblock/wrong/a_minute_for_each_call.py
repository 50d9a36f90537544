# loses: the loop goes on while a call is under way
import asyncio
async def unblock(blocking, items):
    return [await asyncio.wait_for(asyncio.to_thread(blocking, item), 60) for item in items]
