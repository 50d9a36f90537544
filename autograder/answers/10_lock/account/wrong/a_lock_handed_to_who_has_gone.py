# loses: can be used after an error or a cancellation
import asyncio
from collections import deque


class _Lock:
    def __init__(self):
        self.locked, self.waiting = False, deque()

    async def __aenter__(self):
        if not self.locked:
            self.locked = True
            return
        mine = asyncio.get_running_loop().create_future()
        self.waiting.append(mine)
        await mine

    async def __aexit__(self, *_):
        while self.waiting:
            following = self.waiting.popleft()
            if not following.done():
                following.set_result(None)
                return
        self.locked = False


class Account:
    def __init__(self, store):
        self.store, self.lock = store, _Lock()

    async def deposit(self, amount):
        async with self.lock:
            await self.store.write(await self.store.read() + amount)

    async def withdraw(self, amount):
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError("too little")
            await self.store.write(balance - amount)

    async def balance(self):
        return await self.store.read()
