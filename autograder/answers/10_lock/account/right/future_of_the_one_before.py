# Each operation waits for the future of the one before it.
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.tail = None

    async def _turn(self, change):
        before, mine = self.tail, asyncio.get_running_loop().create_future()
        self.tail = mine
        try:
            while before is not None and not before.done():
                await asyncio.wait([before])
        except asyncio.CancelledError:
            before.add_done_callback(lambda _: mine.set_result(None))
            raise
        try:
            await change()
        finally:
            mine.set_result(None)

    async def deposit(self, amount):
        async def change():
            await self.store.write(await self.store.read() + amount)

        await self._turn(change)

    async def withdraw(self, amount):
        async def change():
            balance = await self.store.read()
            if balance < amount:
                raise ValueError(amount)
            await self.store.write(balance - amount)

        await self._turn(change)

    async def balance(self):
        return await self.store.read()
