# loses: can be used after an error or a cancellation
import asyncio


class Account:
    def __init__(self, store):
        self.store = store
        self.orders = asyncio.Queue()
        self.clerk = asyncio.create_task(self.work())

    async def work(self):
        while True:
            order, answer = await self.orders.get()
            try:
                answer.set_result(await order)
            except Exception as error:
                answer.set_exception(error)

    async def ask(self, order):
        answer = asyncio.get_running_loop().create_future()
        self.orders.put_nowait((order, answer))
        return await answer

    async def change(self, amount):
        balance = await self.store.read()
        if balance + amount < 0:
            raise ValueError("short")
        await self.store.write(balance + amount)

    async def deposit(self, amount):
        await self.ask(self.change(amount))

    async def withdraw(self, amount):
        await self.ask(self.change(-amount))

    async def balance(self):
        return await self.store.read()
