# loses: waits for all of them
import asyncio


class Background:
    def __init__(self):
        self.tasks, self.idle = set(), None

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.ended)
        return task

    def ended(self, task):
        self.tasks.discard(task)
        if not self.tasks and self.idle and not self.idle.done():
            self.idle.set_result(None)

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.tasks:
            if self.idle is None or self.idle.done():
                self.idle = asyncio.get_running_loop().create_future()
            await self.idle
