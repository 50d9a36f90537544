# loses: can be used after an error or a cancellation
import asyncio


class Account:
    def __init__(self, store):
        self.store, self.lock = store, asyncio.Lock()

    async def deposit(self, amount):
        async with self.lock:
            await self.store.write(await self.store.read() + amount)

    async def withdraw(self, amount):
        async with self.lock:
            try:
                balance = await self.store.read()
                if balance < amount:
                    raise ValueError("too little")
                await self.store.write(balance - amount)
            except LookupError as error:
                raise ValueError("no account") from error

    async def balance(self):
        return await self.store.read()
