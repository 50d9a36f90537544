# a task of its own does one job after the other, and stays
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.orders = asyncio.Queue()
        self.clerk = None

    async def work(self):
        while True:
            change, answer = await self.orders.get()
            try:
                balance = await self.store.read()
                if change < 0 and balance + change < 0:
                    raise ValueError(f"only {balance}")
                if change:
                    await self.store.write(balance + change)
                result = balance + change
            except Exception as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)

    async def ask(self, change):
        if self.clerk is None:
            self.clerk = asyncio.create_task(self.work())
        answer = asyncio.get_running_loop().create_future()
        self.orders.put_nowait((change, answer))
        return await answer

    async def deposit(self, amount):
        await self.ask(amount)

    async def withdraw(self, amount):
        await self.ask(-amount)

    async def balance(self):
        return await self.ask(0)
