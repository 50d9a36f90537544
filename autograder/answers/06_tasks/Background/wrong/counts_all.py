# loses: counts those that run
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return len(self.tasks)

    async def wait(self):
        seen = -1
        while seen != len(self.tasks):
            seen = len(self.tasks)
            await asyncio.gather(*self.tasks, return_exceptions=True)
