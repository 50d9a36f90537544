# loses: keeps its tasks alive
import asyncio
import weakref


class Background:
    def __init__(self):
        self.tasks = weakref.WeakSet()

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        return task

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            await asyncio.wait(list(self.tasks))
