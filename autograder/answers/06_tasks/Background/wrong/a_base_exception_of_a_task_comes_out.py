# loses: leaves errors in their tasks
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            await asyncio.wait(self.tasks)
        for task in self.tasks:
            if not task.cancelled() and task.exception() is not None:
                if not isinstance(task.exception(), Exception):
                    raise task.exception()
