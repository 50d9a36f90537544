# loses: counts those that run
import asyncio


class Background:
    tasks = []

    def __init__(self):
        pass

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return sum(not t.done() for t in self.tasks)

    async def wait(self):
        while pending := [t for t in self.tasks if not t.done()]:
            await asyncio.wait(pending)
