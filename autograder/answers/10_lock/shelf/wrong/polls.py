# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0

    async def put(self, n):
        self.buns += n

    async def take(self, n):
        while self.buns < n:
            await asyncio.sleep(0.125)
        self.buns -= n
