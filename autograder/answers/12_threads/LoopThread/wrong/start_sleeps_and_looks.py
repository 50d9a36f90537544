# loses: stop leaves nothing
import asyncio, threading, time
class LoopThread:
    loop = None
    def start(self):
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        while self.loop is None:
            time.sleep(0.01)
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()
    def _run(self):
        async def main():
            self.end = asyncio.Event()
            self.loop = asyncio.get_running_loop()
            await self.end.wait()
        asyncio.run(main())
