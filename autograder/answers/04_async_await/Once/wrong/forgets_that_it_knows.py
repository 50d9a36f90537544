# loses: calls job once, at the first await
class Once:
    def __init__(self, job):
        self.job = job
        self.known = False

    def __await__(self):
        if not self.known:
            self.value = yield from self.job().__await__()
        return self.value
