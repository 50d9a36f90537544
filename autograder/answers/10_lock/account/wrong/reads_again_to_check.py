# loses: asks the store each time, and not more than that
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()

    async def deposit(self, amount):
        async with self.lock:
            await self.store.write(await self.store.read() + amount)
            assert await self.store.read() is not None

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("short")
            await self.store.write(balance - amount)

    async def balance(self):
        return await self.store.read()
