# loses: no bun is taken twice, none is lost
import asyncio


class Shelf:
    buns = 0

    def __init__(self):
        self.changed = asyncio.Condition()

    async def put(self, n):
        async with self.changed:
            Shelf.buns += n
            self.changed.notify_all()

    async def take(self, n):
        async with self.changed:
            await self.changed.wait_for(lambda: Shelf.buns >= n)
            Shelf.buns -= n
