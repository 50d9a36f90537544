# loses: keeps two of them apart
values = {}


class Once:
    def __init__(self, job):
        self.job = job

    def __await__(self):
        if self.job not in values:
            values[self.job] = yield from self.job().__await__()
        return values[self.job]
