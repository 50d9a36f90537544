# a decorator holds the semaphore
import asyncio, functools
def alone(method):
    @functools.wraps(method)
    async def wrapper(self, *args):
        async with self.lock:
            return await method(self, *args)
    return wrapper
class Account:
    def __init__(self, store):
        self.store, self.lock = store, asyncio.BoundedSemaphore()
    async def _change(self, amount):
        new = await self.store.read() + amount
        if new < 0:
            raise ValueError(new)
        await self.store.write(new)
    @alone
    async def deposit(self, amount):
        await self._change(amount)
    @alone
    async def withdraw(self, amount):
        await self._change(-amount)
    async def balance(self):
        return await self.store.read()
