# loses: takes each step once, in order
lock = asyncio.Lock()
async def fair(n, step):
    async with lock:
        for i in range(n):
            step(i)
            await asyncio.sleep(0)
