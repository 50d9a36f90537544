# A task can be awaited as often as one likes.
import asyncio


class Once:
    task = None

    def __init__(self, job):
        self.job = job

    def __await__(self):
        if self.task is None:
            self.task = asyncio.ensure_future(self.job())
        return self.task.__await__()
