# A context manager reads, hands out the balance to change, and writes.
import asyncio
import contextlib


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def changing(self):
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self.lock)
            value = [await self.store.read()]
            yield value
            await self.store.write(value[0])

    async def deposit(self, amount):
        async with self.changing() as value:
            value[0] += amount

    async def withdraw(self, amount):
        async with self.changing() as value:
            if value[0] < amount:
                raise ValueError("short")
            value[0] -= amount

    async def balance(self):
        return await self.store.read()
