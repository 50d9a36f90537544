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
        return len(asyncio.all_tasks()) - 1

    async def wait(self):
        while self.running():
            await asyncio.wait(self.tasks)
