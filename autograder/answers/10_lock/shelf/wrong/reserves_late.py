# loses: no bun is taken twice, none is lost
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.waiting = []

    def serve(self):
        left = self.buns
        for future, n in self.waiting:
            if not future.done() and n <= left:
                left -= n
                future.set_result(None)

    async def put(self, n):
        self.buns += n
        self.serve()

    async def take(self, n):
        if self.buns < n:
            future = asyncio.get_running_loop().create_future()
            self.waiting.append((future, n))
            try:
                await future
            except asyncio.CancelledError:
                self.serve()
                raise
            finally:
                self.waiting.remove((future, n))
        self.buns -= n
