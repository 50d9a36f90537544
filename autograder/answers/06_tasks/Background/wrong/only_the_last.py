# loses: keeps its tasks alive
import asyncio


class Background:
    def __init__(self):
        self.task = None

    def start(self, coroutine):
        self.task = asyncio.create_task(coroutine)
        return self.task

    def running(self):
        return 0 if self.task is None or self.task.done() else 1

    async def wait(self):
        while self.running():
            await asyncio.wait([self.task])
