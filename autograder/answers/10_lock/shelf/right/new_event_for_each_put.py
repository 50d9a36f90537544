# each put sets the event for which all wait, and makes a new one
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.more = asyncio.Event()

    async def put(self, n):
        self.buns += n
        self.more.set()
        self.more = asyncio.Event()

    async def take(self, n):
        while self.buns < n:
            await self.more.wait()
        self.buns -= n
