# An Event is set while nobody runs.
import asyncio


class Background:
    def __init__(self):
        self.tasks = set()
        self.idle = asyncio.Event()
        self.idle.set()

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        self.idle.clear()
        task.add_done_callback(self.ended)
        return task

    def ended(self, task):
        self.tasks.discard(task)
        if not self.tasks:
            self.idle.set()

    def running(self):
        return len(self.tasks)

    async def wait(self):
        await self.idle.wait()
