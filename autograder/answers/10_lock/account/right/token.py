# a queue that holds one token: who has it may work
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.tokens = asyncio.Queue()
        self.tokens.put_nowait("token")

    async def deposit(self, amount):
        token = await self.tokens.get()
        try:
            await self.store.write(await self.store.read() + amount)
        finally:
            self.tokens.put_nowait(token)

    async def withdraw(self, amount):
        token = await self.tokens.get()
        try:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError
            await self.store.write(balance - amount)
        finally:
            self.tokens.put_nowait(token)

    async def balance(self):
        return await self.store.read()
