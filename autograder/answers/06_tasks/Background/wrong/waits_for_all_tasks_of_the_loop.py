# loses: counts those that run
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
        me = asyncio.current_task()
        while others := [t for t in asyncio.all_tasks() if t is not me]:
            await asyncio.wait(others)
