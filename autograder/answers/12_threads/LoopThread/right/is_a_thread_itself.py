# A subclass of Thread; stop cancels the main task.
import asyncio
import contextlib
import threading


class LoopThread(threading.Thread):
    def __init__(self):
        super().__init__(name="loop")
        self.ready = threading.Event()

    def start(self):
        super().start()
        self.ready.wait()

    def run(self):
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self.main())

    async def main(self):
        self.loop, self.task = asyncio.get_running_loop(), asyncio.current_task()
        self.ready.set()
        await self.loop.create_future()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def stop(self):
        self.loop.call_soon_threadsafe(self.task.cancel)
        self.join()
