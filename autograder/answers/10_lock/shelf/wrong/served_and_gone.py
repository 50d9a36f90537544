# loses: a take that is cancelled has taken nothing
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.waiting = []

    async def put(self, n):
        self.buns += n
        for wanted, future in list(self.waiting):
            if wanted <= self.buns and not future.done():
                self.buns -= wanted
                future.set_result(None)
        self.waiting = [each for each in self.waiting if not each[1].done()]

    async def take(self, n):
        if n <= self.buns:
            self.buns -= n
            return
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((n, future))
        await future
