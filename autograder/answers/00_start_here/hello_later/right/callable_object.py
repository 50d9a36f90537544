# an object that can be called
class Later:
    async def __call__(self, delay):
        return await asyncio.sleep(delay, "hello")

hello_later = Later()
