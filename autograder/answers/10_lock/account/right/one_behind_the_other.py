# each operation waits for the event of the one before it
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.last = None

    async def change(self, amount):
        before, mine = self.last, asyncio.Event()
        self.last = mine
        try:
            if before is not None:
                await before.wait()
            balance = await self.store.read()
            if balance + amount < 0:
                raise ValueError("not enough")
            await self.store.write(balance + amount)
        finally:
            if before is None or before.is_set():
                mine.set()
            else:  # cancelled while it waited: those behind wait for the one before
                self.hand_on(before, mine)

    def hand_on(self, before, mine):
        async def later():
            await before.wait()
            mine.set()

        self.helper = asyncio.create_task(later())

    async def deposit(self, amount):
        await self.change(amount)

    async def withdraw(self, amount):
        await self.change(-amount)

    async def balance(self):
        return await self.store.read()
