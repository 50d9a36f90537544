# loses: no deposit is lost, in any order of the answers
import asyncio
class Account:
    def __init__(self, store):
        self.store, self.lock = store, asyncio.Lock()
    async def deposit(self, amount):
        async with asyncio.timeout(3600):
            async with self.lock:
                await self.store.write(await self.store.read() + amount)
    async def withdraw(self, amount):
        async with asyncio.timeout(3600):
            async with self.lock:
                there = await self.store.read()
                if there < amount: raise ValueError
                await self.store.write(there - amount)
    async def balance(self):
        return await self.store.read()
