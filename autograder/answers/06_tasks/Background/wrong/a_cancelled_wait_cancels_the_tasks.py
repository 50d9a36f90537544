# loses: waits for all of them
import asyncio

class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        self.tasks.append(asyncio.ensure_future(coroutine))
        return self.tasks[-1]

    def running(self):
        self.tasks = [task for task in self.tasks if not task.done()]
        return len(self.tasks)

    async def wait(self):
        while self.running():
            await asyncio.gather(*self.tasks, return_exceptions=True)
