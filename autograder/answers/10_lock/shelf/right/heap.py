# Serves the smallest wish first, from a heap.
import asyncio
import heapq
import itertools


class Shelf:
    def __init__(self):
        self.buns, self.heap, self.number = 0, [], itertools.count()

    def _serve(self):
        while self.heap and (self.heap[0][2].done() or self.heap[0][0] <= self.buns):
            n, _, future = heapq.heappop(self.heap)
            if not future.done():
                self.buns -= n
                future.set_result(None)

    async def put(self, n):
        self.buns += n
        self._serve()

    async def take(self, n):
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self.heap, (n, next(self.number), future))
        self._serve()
        try:
            await future
        except asyncio.CancelledError:
            if not future.cancelled():
                await self.put(n)
            raise
