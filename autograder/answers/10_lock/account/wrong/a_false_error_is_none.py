# loses: can be used after an error or a cancellation
import asyncio
class Account:
    def __init__(self, store):
        self.store, self.lock = store, asyncio.Lock()
    async def _do(self, amount):
        await self.lock.acquire()
        error = None
        try:
            there = await self.store.read()
            if there + amount < 0:
                error = ValueError("short")
            else:
                await self.store.write(there + amount)
        except Exception as e:
            error = e
        finally:
            self.lock.release()
        if error:
            raise error
    async def deposit(self, amount):
        await self._do(amount)
    async def withdraw(self, amount):
        await self._do(-amount)
    async def balance(self):
        return await self.store.read()
