# loses: lets other tasks run meanwhile
lock = asyncio.Lock()
async def hello_later(delay):
    async with lock:
        await asyncio.sleep(delay)
    return "hello"
