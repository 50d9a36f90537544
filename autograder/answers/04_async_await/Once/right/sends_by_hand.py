# Drives the coroutine by hand, and hands on what it hands out.
import asyncio


class Once:
    _none = object()

    def __init__(self, job):
        self.job, self.value = job, Once._none

    def __await__(self):
        if self.value is Once._none:
            coro = self.job()
            sent = None
            while True:
                try:
                    item = coro.send(sent)
                except StopIteration as stop:
                    self.value = stop.value
                    break
                try:
                    sent = yield item
                except BaseException as e:
                    coro.throw(e)
                    raise
        return self.value
