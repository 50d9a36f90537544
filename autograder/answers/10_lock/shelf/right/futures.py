# a future for each customer; put serves whoever it can
import asyncio


class Shelf:
    def __init__(self):
        self.buns = 0
        self.waiting = []

    async def put(self, n):
        self.buns += n
        self.serve()

    def serve(self):
        for n, future in list(self.waiting):
            if n <= self.buns and not future.done():
                self.buns -= n
                future.set_result(None)
                self.waiting.remove((n, future))

    async def take(self, n):
        if n <= self.buns:
            self.buns -= n
            return
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((n, future))
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.buns += n  # served in the moment of its cancellation
                self.serve()
            else:
                self.waiting.remove((n, future))
            raise
