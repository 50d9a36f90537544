# One thread does the whole list.
import asyncio


async def unblock(blocking, items):
    def call_all():
        return [blocking(item) for item in items]

    return await asyncio.to_thread(call_all)
