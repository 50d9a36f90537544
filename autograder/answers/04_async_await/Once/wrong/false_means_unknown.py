# loses: calls job once, at the first await
class Once:
    def __init__(self, job):
        self.job = job
        self.value = False

    def __await__(self):
        if not self.value:
            self.value = yield from self.job().__await__()
        return self.value
