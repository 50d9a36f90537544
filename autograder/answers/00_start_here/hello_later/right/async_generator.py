# an asynchronous generator inside
async def hello_later(delay):
    async def words():
        await asyncio.sleep(delay)
        yield "hello"
    async for word in words():
        return word
