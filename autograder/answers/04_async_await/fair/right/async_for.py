# an asynchronous generator that pauses
async def numbers(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)
async def fair(n, step):
    async for i in numbers(n):
        step(i)
