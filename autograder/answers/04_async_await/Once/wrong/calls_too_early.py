# loses: calls job once, at the first await
import asyncio


class Once:
    def __init__(self, job):
        self.task = asyncio.ensure_future(job())

    def __await__(self):
        return self.task.__await__()
