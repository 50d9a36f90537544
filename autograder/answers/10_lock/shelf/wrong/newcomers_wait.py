# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.changed = asyncio.Condition()
        self.waiting = 0

    async def put(self, n):
        async with self.changed:
            self.buns += n
            self.changed.notify_all()

    async def take(self, n):
        async with self.changed:
            if self.waiting or self.buns < n:
                self.waiting += 1
                try:
                    await self.changed.wait()
                    await self.changed.wait_for(lambda: self.buns >= n)
                finally:
                    self.waiting -= 1
            self.buns -= n
