# loses: gives the value of job, at each await
class Once:
    def __init__(self, job):
        self.job, self.known = job, False
    def __await__(self):
        if not self.known:
            self.value = yield from self.job().__await__()
            self.known = True
        if isinstance(self.value, Exception):
            raise self.value
        return self.value
