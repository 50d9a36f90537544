# loses: can be used after an error or a cancellation
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.lock = asyncio.Lock()

    async def deposit(self, amount):
        await self.lock.acquire()
        try:
            await self.store.write(await self.store.read() + amount)
        except Exception:
            self.lock.release()
            raise
        else:
            self.lock.release()

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("short")
            await self.store.write(balance - amount)

    async def balance(self):
        return await self.store.read()
