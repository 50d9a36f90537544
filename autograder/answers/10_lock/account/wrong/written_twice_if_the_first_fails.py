# loses: can be used after an error or a cancellation
import asyncio


class Account:
    def __init__(self, store):
        self.store, self.lock = store, asyncio.Lock()

    async def put(self, balance):
        try:
            await self.store.write(balance)
        except TimeoutError:
            await self.store.write(balance)

    async def deposit(self, amount):
        async with self.lock:
            await self.put(await self.store.read() + amount)

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("too little")
            await self.put(balance - amount)

    async def balance(self):
        return await self.store.read()
