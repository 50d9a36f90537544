# loses: no deposit is lost, in any order of the answers
import asyncio


class Account:
    def __init__(self, store):
        self.store, self.lock, self.waiting = store, asyncio.Lock(), 0

    async def change(self, amount):
        self.waiting += 1
        try:
            if self.waiting > 100:
                raise OSError("too busy")
            async with self.lock:
                balance = await self.store.read() + amount
                if balance < 0:
                    raise ValueError("too little")
                await self.store.write(balance)
        finally:
            self.waiting -= 1

    async def deposit(self, amount):
        await self.change(amount)

    async def withdraw(self, amount):
        await self.change(-amount)

    async def balance(self):
        return await self.store.read()
