# loses: can be used after an error or a cancellation
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()

    async def deposit(self, amount):
        async with self.lock:
            await self.store.write(await self.store.read() + amount)

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError(f"there is {balance}, not {amount}")
            await self.store.write(balance - amount)

    async def balance(self):
        try:
            return await self.store.read()
        except Exception:
            return None
