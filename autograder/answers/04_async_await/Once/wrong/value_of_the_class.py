# loses: keeps two of them apart
class Once:
    values = []

    def __init__(self, job):
        self.job = job

    def __await__(self):
        if not self.values:
            self.values.append((yield from self.job().__await__()))
        return self.values[0]
