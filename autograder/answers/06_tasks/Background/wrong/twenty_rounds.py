# loses: waits for all of them
import asyncio


class Background:
    def __init__(self):
        self.tasks = set()

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        for _ in range(20):
            if self.tasks:
                await asyncio.wait(set(self.tasks))
