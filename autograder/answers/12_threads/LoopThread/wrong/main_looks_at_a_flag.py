# loses: stop leaves nothing
import asyncio, threading
from concurrent.futures import Future
class LoopThread:
    def start(self):
        started = Future()
        self.on = True
        self.thread = threading.Thread(target=self._run, args=(started,))
        self.thread.start()
        self.loop = started.result()
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        self.on = False
        self.thread.join()
    def _run(self, started):
        async def main():
            started.set_result(asyncio.get_running_loop())
            while self.on:
                await asyncio.sleep(0.05)
        asyncio.run(main())
