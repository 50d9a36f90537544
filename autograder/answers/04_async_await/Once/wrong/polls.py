# loses: gives the value of job, at each await
class Once:
    def __init__(self, job):
        self.job, self.task = job, None
    def __await__(self):
        if self.task is None:
            self.task = asyncio.ensure_future(self.job())
        while not self.task.done():
            yield from asyncio.sleep(0.5).__await__()
        return self.task.result()
