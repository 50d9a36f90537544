# an object that can be called is as good as a function
import asyncio


class Beat:
    def __init__(self, seconds, step):
        self.loop = asyncio.get_running_loop()
        self.seconds, self.step, self.due = seconds, step, self.loop.time()
        self.wait()

    def wait(self):
        self.due += self.seconds
        self.timer = self.loop.call_at(self.due, self.beat)

    def beat(self):
        self.wait()
        self.step()

    def __call__(self):
        self.timer.cancel()


def every(seconds, step):
    return Beat(seconds, step)
