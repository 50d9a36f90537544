# loses: gives the value of job, at each await
class Once:
    _nothing = object()

    def __init__(self, job):
        self.job = job
        self.value = self._nothing

    def __await__(self):
        if self.value == self._nothing:
            self.value = yield from self.job().__await__()
        return self.value
