# loses: no deposit is lost, in any order of the answers
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.free = asyncio.Event()
        self.free.set()

    async def deposit(self, amount):
        await self.free.wait()
        self.free.clear()
        try:
            await self.store.write(await self.store.read() + amount)
        finally:
            self.free.set()

    async def withdraw(self, amount):
        await self.free.wait()
        self.free.clear()
        try:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("short")
            await self.store.write(balance - amount)
        finally:
            self.free.set()

    async def balance(self):
        return await self.store.read()
