# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = asyncio.Queue()

    async def put(self, n):
        for _ in range(n):
            await self.buns.put("bun")

    async def take(self, n):
        return [await self.buns.get() for _ in range(n)]
