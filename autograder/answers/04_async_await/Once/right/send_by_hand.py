# drives the coroutine by hand
class Once:
    known = False
    def __init__(self, job):
        self.job = job
    def __await__(self):
        if self.known:
            return self.value
        coroutine = self.job()
        given = None
        while True:
            try:
                wish = coroutine.send(given)
            except StopIteration as stop:
                self.value, self.known = stop.value, True
                return self.value
            given = yield wish
