# loses: withdraws what is there, and nothing when it is short
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()

    async def deposit(self, amount):
        async with self.lock:
            await self.store.write(await self.store.read() + amount)

    async def withdraw(self, amount):
        if await self.store.read() < amount:
            raise ValueError("short")
        async with self.lock:
            await self.store.write(await self.store.read() - amount)

    async def balance(self):
        return await self.store.read()
