# loses: asks the store each time, and not more than that
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()
        self.last = None

    async def deposit(self, amount):
        async with self.lock:
            self.last = await self.store.read() + amount
            await self.store.write(self.last)

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("short")
            self.last = balance - amount
            await self.store.write(self.last)

    async def balance(self):
        if self.last is None:
            self.last = await self.store.read()
        return self.last
