# Looks again whenever one of them has ended.
import asyncio


class Background:
    def __init__(self):
        self.tasks = set()

    def start(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        return task

    def running(self):
        return sum(not t.done() for t in self.tasks)

    async def wait(self):
        while True:
            left = [t for t in self.tasks if not t.done()]
            if not left:
                return
            await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
