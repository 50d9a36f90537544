# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = asyncio.Semaphore(0)
        self.turn = asyncio.Lock()

    async def put(self, n):
        for _ in range(n):
            self.buns.release()

    async def take(self, n):
        async with self.turn:
            for _ in range(n):
                await self.buns.acquire()
