# loses: waits for all of them
# who waits is kept in one place: a second waiter takes it from the first
import asyncio


class Background:
    def __init__(self):
        self.tasks, self.waiter = set(), None

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task):
        self.tasks.discard(task)
        if not self.tasks and self.waiter and not self.waiter.done():
            self.waiter.set_result(None)

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
