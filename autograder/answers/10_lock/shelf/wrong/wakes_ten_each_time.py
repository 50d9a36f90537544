# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns, self.changed = 0, asyncio.Condition()

    async def put(self, n):
        async with self.changed:
            self.buns += n
            self.changed.notify(10)

    async def take(self, n):
        async with self.changed:
            await self.changed.wait_for(lambda: self.buns >= n)
            self.buns -= n
            self.changed.notify(10)
