# loses: stop leaves nothing
import asyncio
import threading
from concurrent.futures import Future


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.tasks = set()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.loop.run_forever()
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            self.loop.run_until_complete(asyncio.wait(self.tasks))
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def submit(self, function, *args):
        async def run():
            task = asyncio.current_task()
            self.tasks.add(task)
            try:
                return await function(*args)
            finally:
                if not task.cancelling():
                    self.tasks.discard(task)

        return asyncio.run_coroutine_threadsafe(run(), self.loop)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
