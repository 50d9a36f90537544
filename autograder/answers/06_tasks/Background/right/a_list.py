# All tasks in a list, waited for until none runs.
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return len([task for task in self.tasks if not task.done()])

    async def wait(self):
        while self.running():
            await asyncio.wait(self.tasks)
