# loses: stop leaves nothing
import asyncio
import threading
import time


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def _cancel(self):
        for t in asyncio.all_tasks(self.loop):
            t.cancel()

    def stop(self):
        self.loop.call_soon_threadsafe(self._cancel)
        time.sleep(0.5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
