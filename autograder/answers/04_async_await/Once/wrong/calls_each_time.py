# loses: calls job once, at the first await
class Once:
    def __init__(self, job):
        self.job = job

    def __await__(self):
        return self.job().__await__()
