# loses: leaves errors in their tasks
import asyncio


class Background:
    def __init__(self):
        self.tasks, self.inner = [], []

    def start(self, coroutine):
        inner = asyncio.ensure_future(coroutine)

        async def outer():
            return await asyncio.shield(inner)

        self.inner.append(inner)
        self.tasks.append(asyncio.create_task(outer()))
        return self.tasks[-1]

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            await asyncio.wait(self.tasks)
