# loses: stop leaves nothing
import asyncio
import threading
from concurrent.futures import Future


class LoopThread:
    def start(self):
        started = Future()
        threading.Thread(target=self.run, args=(started,)).start()
        self.loop, self.end = started.result()

    def run(self, started):
        async def main():
            end = asyncio.Event()
            started.set_result((asyncio.get_running_loop(), end))
            await end.wait()

        asyncio.run(main())

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def stop(self):
        self.loop.call_soon_threadsafe(self.end.set)
