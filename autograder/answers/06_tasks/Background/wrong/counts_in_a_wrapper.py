# loses: counts those that run
import asyncio


class Background:
    def __init__(self):
        self.n = 0
        self.tasks = set()

    def start(self, coroutine):
        self.n += 1

        async def run():
            try:
                return await coroutine
            finally:
                self.n -= 1

        t = asyncio.create_task(run())
        self.tasks.add(t)
        return t

    def running(self):
        return self.n

    async def wait(self):
        while self.running():
            await asyncio.wait(self.tasks)
