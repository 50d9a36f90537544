# gather returns the errors instead of raising them.
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        self.tasks.append(asyncio.ensure_future(coroutine))
        return self.tasks[-1]

    def running(self):
        return sum(1 for task in self.tasks if not task.done())

    async def wait(self):
        seen = -1
        while seen != len(self.tasks):
            seen = len(self.tasks)
            await asyncio.gather(*self.tasks, return_exceptions=True)
