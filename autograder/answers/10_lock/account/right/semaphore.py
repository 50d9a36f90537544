# a semaphore with one place, taken and given back by hand
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.turn = asyncio.Semaphore(1)

    async def change(self, amount):
        await self.turn.acquire()
        try:
            balance = await self.store.read() + amount
            if balance < 0:
                raise ValueError(balance)
            await self.store.write(balance)
        finally:
            self.turn.release()

    async def deposit(self, amount):
        await self.change(amount)

    async def withdraw(self, amount):
        await self.change(-amount)

    async def balance(self):
        return await self.store.read()
