# loses: no deposit is lost, in any order of the answers
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.busy = False

    async def deposit(self, amount):
        while self.busy:
            await asyncio.sleep(0.125)
        self.busy = True
        try:
            await self.store.write(await self.store.read() + amount)
        finally:
            self.busy = False

    async def withdraw(self, amount):
        while self.busy:
            await asyncio.sleep(0.125)
        self.busy = True
        try:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("short")
            await self.store.write(balance - amount)
        finally:
            self.busy = False

    async def balance(self):
        return await self.store.read()
