# put serves those who wait
import asyncio
class Shelf:
    def __init__(self):
        self.buns, self.waiting = 0, []
    async def put(self, n):
        self.buns += n
        for want, future in list(self.waiting):
            if not future.done() and want <= self.buns:
                self.buns -= want
                future.set_result(None)
    async def take(self, n):
        if n <= self.buns:
            self.buns -= n
            return
        future = asyncio.get_running_loop().create_future()
        entry = n, future
        self.waiting.append(entry)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                await self.put(n)
            raise
        finally:
            self.waiting.remove(entry)
