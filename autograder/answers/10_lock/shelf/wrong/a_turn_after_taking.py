# loses: a take that is cancelled has taken nothing
import asyncio


class Shelf:
    def __init__(self):
        self.buns, self.changed = 0, asyncio.Condition()

    async def put(self, n):
        async with self.changed:
            self.buns += n
            self.changed.notify_all()

    async def take(self, n):
        async with self.changed:
            await self.changed.wait_for(lambda: self.buns >= n)
            self.buns -= n
        await asyncio.sleep(0)
