# a condition, with a loop around wait
import asyncio


class Shelf:
    def __init__(self):
        self.n = 0
        self.condition = asyncio.Condition()

    async def put(self, n):
        async with self.condition:
            self.n += n
            self.condition.notify_all()

    async def take(self, n):
        async with self.condition:
            while self.n < n:
                await self.condition.wait()
            self.n -= n
