# loses: stop leaves nothing
import asyncio, threading
from concurrent.futures import Future
class LoopThread:
    def start(self):
        started = Future()
        self.thread = threading.Thread(target=self._run, args=(started,))
        self.thread.start()
        self.loop, self.end = started.result()
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        self.loop.call_soon_threadsafe(self.end.set)
        while self.thread.is_alive():
            self.thread.join(0.1)
    def _run(self, started):
        async def main():
            end = asyncio.Event()
            started.set_result((asyncio.get_running_loop(), end))
            await end.wait()
        asyncio.run(main())
