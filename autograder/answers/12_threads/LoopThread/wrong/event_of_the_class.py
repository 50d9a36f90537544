# loses: submit runs coroutines in one other thread
import asyncio, threading
from concurrent.futures import Future


class LoopThread:
    over = None

    def start(self):
        started = Future()

        async def main():
            LoopThread.over = self.mine = asyncio.Event()
            started.set_result(asyncio.get_running_loop())
            await self.mine.wait()

        self.thread = threading.Thread(target=lambda: asyncio.run(main()))
        self.thread.start()
        self.loop = started.result()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def stop(self):
        self.loop.call_soon_threadsafe(LoopThread.over.set)
        self.thread.join()
