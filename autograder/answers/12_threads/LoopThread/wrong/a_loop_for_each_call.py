# loses: submit runs coroutines in one other thread
import asyncio
from concurrent.futures import ThreadPoolExecutor


class LoopThread:
    def start(self):
        self.pool = ThreadPoolExecutor()

    def submit(self, function, *args):
        return self.pool.submit(asyncio.run, function(*args))

    def stop(self):
        self.pool.shutdown()
