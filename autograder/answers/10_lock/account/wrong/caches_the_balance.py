# loses: asks the store each time, and not more than that
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()
        self.known = None

    async def deposit(self, amount):
        async with self.lock:
            self.known = await self.read() + amount
            await self.store.write(self.known)

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.read()
            if balance < amount:
                raise ValueError("short")
            self.known = balance - amount
            await self.store.write(self.known)

    async def balance(self):
        return await self.read()

    async def read(self):
        if self.known is None:
            self.known = await self.store.read()
        return self.known
