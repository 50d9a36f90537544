# loses: gives the value of job, at each await
import asyncio


class Once:
    def __init__(self, job):
        self.job, self.asked = job, 0

    def __await__(self):
        self.asked += 1
        if self.asked == 1:
            self.value = yield from self.job().__await__()
        elif self.asked > 3:
            yield from asyncio.sleep(0).__await__()
        return self.value
