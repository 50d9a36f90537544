# One future for all that wait, made anew when it is needed.
import asyncio


class Shelf:
    def __init__(self):
        self.buns, self.more = 0, None

    async def put(self, n):
        self.buns += n
        if self.more is not None and not self.more.done():
            self.more.set_result(None)

    async def take(self, n):
        while self.buns < n:
            if self.more is None or self.more.done():
                self.more = asyncio.get_running_loop().create_future()
            await asyncio.shield(self.more)
        self.buns -= n
