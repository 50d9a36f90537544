# an object that can be called
import asyncio
class Every:
    def __init__(self, seconds, step):
        self.loop = asyncio.get_running_loop()
        self.seconds, self.step = seconds, step
        self.due = self.loop.time()
        self.next()
    def next(self):
        self.due += self.seconds
        self.handle = self.loop.call_at(self.due, self.beat)
    def beat(self):
        self.next()
        self.step()
    def __call__(self):
        self.handle.cancel()
def every(seconds, step):
    return Every(seconds, step)
