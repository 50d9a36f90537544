# loses: waits for all of them
# except BaseException around each await: the waiter's own cancellation vanishes too
import asyncio


class Background:
    def __init__(self):
        self.tasks = set()

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        return task

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            for task in list(self.tasks):
                try:
                    await task
                except BaseException:
                    pass
