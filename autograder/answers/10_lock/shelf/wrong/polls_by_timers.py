# loses: take waits until there is enough, and no longer
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0

    async def put(self, n):
        self.buns += n

    async def take(self, n):
        loop = asyncio.get_running_loop()
        enough = loop.create_future()

        def look(_=None):
            if enough.done():
                return
            if self.buns >= n:
                self.buns -= n
                enough.set_result(None)
                return
            again = loop.create_future()
            again.add_done_callback(look)
            loop.call_later(0.0625, again.set_result, None)

        look()
        await enough
