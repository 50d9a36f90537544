# loses: take waits until there is enough, and no longer
import asyncio

class Shelf:
    def __init__(self):
        self.buns = 0
        self.changed = asyncio.Condition()

    async def put(self, n):
        async with self.changed:
            await self.changed.wait_for(lambda: self.buns < 1000)
            self.buns += n
            self.changed.notify_all()

    async def take(self, n):
        async with self.changed:
            await self.changed.wait_for(lambda: self.buns >= n)
            self.buns -= n
            self.changed.notify_all()
