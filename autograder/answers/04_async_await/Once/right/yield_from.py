# Waits by yield from, and notes that it knows the value.
class Once:
    def __init__(self, job):
        self.job = job
        self.known = False

    def __await__(self):
        if not self.known:
            self.value = yield from self.job().__await__()
            self.known = True
        return self.value
