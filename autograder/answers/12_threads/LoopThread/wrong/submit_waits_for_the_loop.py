# loses: submit returns at once, and errors come out of its future
# submit waits until the loop has made the task: in the loop's own thread that never comes
import asyncio
import threading
from concurrent.futures import Future


class LoopThread:
    def start(self):
        self.started = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self.thread.start()
        self.started.wait()

    async def _main(self):
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        self.started.set()
        await self.end.wait()

    def submit(self, function, *args):
        accepted = Future()

        def accept():
            accepted.set_result(asyncio.run_coroutine_threadsafe(function(*args), self.loop))

        self.loop.call_soon_threadsafe(accept)
        return accepted.result()

    def stop(self):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()
