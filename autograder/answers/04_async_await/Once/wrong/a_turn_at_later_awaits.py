# loses: gives the value of job, at each await
import asyncio


class Once:
    def __init__(self, job):
        self.job = job
        self.known = False

    def __await__(self):
        if self.known:
            yield
            return self.value
        self.value = yield from self.job().__await__()
        self.known = True
        return self.value
