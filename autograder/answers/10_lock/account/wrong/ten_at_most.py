# loses: no deposit is lost, in any order of the answers
import asyncio
class Account:
    def __init__(self, store):
        self.store, self.lock, self.waiting = store, asyncio.Lock(), 0
    async def deposit(self, amount):
        self.waiting += 1
        if self.waiting > 10:
            self.waiting -= 1
            raise RuntimeError("too many")
        try:
            async with self.lock:
                await self.store.write(await self.store.read() + amount)
        finally:
            self.waiting -= 1
    async def withdraw(self, amount):
        async with self.lock:
            there = await self.store.read()
            if there < amount: raise ValueError
            await self.store.write(there - amount)
    async def balance(self):
        return await self.store.read()
