# loses: two accounts do not wait for each other
import asyncio

lock = asyncio.Lock()


class Account:
    def __init__(self, store):
        self.store = store

    async def deposit(self, amount):
        async with lock:
            await self.store.write(await self.store.read() + amount)

    async def withdraw(self, amount):
        async with lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("short")
            await self.store.write(balance - amount)

    async def balance(self):
        return await self.store.read()
