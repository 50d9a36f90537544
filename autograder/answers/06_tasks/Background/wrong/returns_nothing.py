# loses: counts those that run
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        self.tasks.append(asyncio.create_task(coroutine))

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            await asyncio.wait(self.tasks)
