# loses: submit runs coroutines in one other thread
import asyncio


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.loop.run_forever()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
