# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.waiting = []

    async def put(self, n):
        self.buns += n
        while self.waiting and self.waiting[0][0] <= self.buns:
            wanted, event = self.waiting.pop(0)
            self.buns -= wanted
            event.set()

    async def take(self, n):
        event = asyncio.Event()
        self.waiting.append((n, event))
        await self.put(0)
        await event.wait()
