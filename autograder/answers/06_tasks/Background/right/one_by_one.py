# The list grows while it is gone through, and that is wanted.
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return len(self.tasks) - sum(task.done() for task in self.tasks)

    async def wait(self):
        for task in self.tasks:
            if not task.done():
                await asyncio.wait([task])
