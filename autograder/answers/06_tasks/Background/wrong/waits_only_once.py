# loses: waits for all of them
import asyncio


class Background:
    def __init__(self):
        self.tasks = []
        self.waited = False

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return sum(not t.done() for t in self.tasks)

    async def wait(self):
        if self.waited:
            return
        self.waited = True
        while self.running():
            await asyncio.wait(self.tasks)
