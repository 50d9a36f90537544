# loses: counts those that run
import asyncio


class Background:
    def __init__(self, tasks=[]):
        self.tasks = tasks

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        task.add_done_callback(self.tasks.remove)
        return task

    def running(self):
        return len(self.tasks)

    async def wait(self):
        while self.tasks:
            await asyncio.wait(self.tasks)
