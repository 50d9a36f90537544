# makes sure that job is an async function, as the text says
import inspect


class Once:
    def __init__(self, job):
        if not inspect.iscoroutinefunction(job):
            raise TypeError("Once takes an async function")
        self._job, self._values = job, []

    def __await__(self):
        if not self._values:
            self._values.append((yield from self._job().__await__()))
        return self._values[0]
