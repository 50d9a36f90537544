# loses: a take that is cancelled has taken nothing
import asyncio

class Shelf:
    def __init__(self):
        self.buns = 0
        self.changed = asyncio.Condition()

    async def put(self, n):
        async with self.changed:
            self.buns += n
            self.changed.notify_all()

    async def take(self, n):
        try:
            async with self.changed:
                await self.changed.wait_for(lambda: self.buns >= n)
                self.buns -= n
        except asyncio.CancelledError:
            self.buns += 1
            raise
