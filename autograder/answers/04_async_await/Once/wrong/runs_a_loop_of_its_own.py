# loses: gives the value of job, at each await
import asyncio


class Once:
    def __init__(self, job):
        self.job = job
        self.known = False

    def __await__(self):
        if not self.known:
            self.value = asyncio.run(self.job())
            self.known = True
        return self.value
        yield
