# loses: stop leaves nothing
import asyncio
import threading
import time


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.futures = []
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def submit(self, function, *args):
        self.futures.append(asyncio.run_coroutine_threadsafe(function(*args), self.loop))
        return self.futures[-1]

    def stop(self):
        for f in self.futures:
            f.cancel()
        asyncio.run_coroutine_threadsafe(self._wait(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _wait(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)
