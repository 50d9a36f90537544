# loses: calls job once, at the first await
class Once:
    def __init__(self, job):
        self.job = job
        self.value = None

    def __await__(self):
        if self.value is None:
            self.value = yield from self.job().__await__()
        return self.value
