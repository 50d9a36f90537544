# A future is filled at the first await, and awaited at each.
import asyncio


class Once:
    def __init__(self, job):
        self.job = job
        self.future = None

    def __await__(self):
        if self.future is None:
            self.future = asyncio.get_running_loop().create_future()
            self.future.set_result((yield from self.job().__await__()))
        return (yield from self.future)
