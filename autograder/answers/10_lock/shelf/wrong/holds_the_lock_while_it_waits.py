# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.lock = asyncio.Lock()
        self.more = asyncio.Event()

    async def put(self, n):
        async with self.lock:
            self.buns += n
            self.more.set()

    async def take(self, n):
        async with self.lock:
            while self.buns < n:
                self.more.clear()
                await self.more.wait()
            self.buns -= n
