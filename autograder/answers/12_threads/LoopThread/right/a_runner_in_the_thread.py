# A Runner cancels and closes when its block ends.
import asyncio
import threading


class LoopThread:
    def __init__(self):
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            self.loop.call_soon(self.ready.set)
            self.loop.run_forever()

    def start(self):
        self.thread.start()
        self.ready.wait()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
