# a condition and a flag
import asyncio
from contextlib import asynccontextmanager


class Account:
    def __init__(self, store):
        self.store = store
        self.busy = False
        self.changed = asyncio.Condition()

    @asynccontextmanager
    async def alone(self):
        async with self.changed:
            await self.changed.wait_for(lambda: not self.busy)
            self.busy = True
        try:
            yield self.store
        finally:
            self.busy = False
            async with self.changed:
                self.changed.notify_all()

    async def deposit(self, amount):
        async with self.alone() as store:
            await store.write(amount + await store.read())

    async def withdraw(self, amount):
        async with self.alone() as store:
            balance = await store.read()
            if balance < amount:
                raise ValueError(amount)
            await store.write(balance - amount)

    async def balance(self):
        return await self.store.read()
