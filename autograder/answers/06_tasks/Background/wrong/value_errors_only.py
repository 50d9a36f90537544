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
        return sum(not t.done() for t in self.tasks)

    async def wait(self):
        for t in self.tasks:
            try:
                await t
            except ValueError:
                pass
