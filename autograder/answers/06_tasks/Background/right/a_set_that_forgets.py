# Each task leaves the set when it has ended.
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
        while pending := [task for task in self.tasks if not task.done()]:
            await asyncio.wait(pending)
