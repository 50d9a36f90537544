# loses: stop leaves nothing
import asyncio, threading
class LoopThread:
    def __init__(self):
        self.ready = threading.Event()
    def start(self):
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self.ready.wait(1)
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()
    def _run(self):
        async def main():
            self.end = asyncio.Event()
            self.loop = asyncio.get_running_loop()
            self.ready.set()
            await self.end.wait()
        asyncio.run(main())
