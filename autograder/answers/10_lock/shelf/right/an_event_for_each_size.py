# a dict of events, one for each number of buns that is wanted
import asyncio
from collections import defaultdict


class Shelf:
    def __init__(self):
        self.buns = 0
        self.enough = defaultdict(asyncio.Event)

    def tell(self):
        for n, event in self.enough.items():
            if self.buns >= n:
                event.set()
            else:
                event.clear()

    async def put(self, n):
        self.buns += n
        self.tell()

    async def take(self, n):
        self.enough[n]
        self.tell()
        while self.buns < n:
            await self.enough[n].wait()
        self.buns -= n
        self.tell()
