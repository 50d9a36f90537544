# loses: submit returns at once, and errors come out of its future
import asyncio, threading
from concurrent.futures import Future


class LoopThread:
    def start(self):
        started = Future()

        async def main():
            self.over = asyncio.Event()
            started.set_result(asyncio.get_running_loop())
            await self.over.wait()

        self.thread = threading.Thread(target=lambda: asyncio.run(main()))
        self.thread.start()
        self.loop = started.result()

    def submit(self, function, *args):
        future = Future()

        async def work():
            try:
                future.set_result(await function(*args))
            except asyncio.CancelledError:
                future.cancel()
                raise
            except Exception as error:
                future.set_exception(error)

        def begin():
            task = self.loop.create_task(work())
            task.add_done_callback(lambda task: task.cancelled() and future.cancel())

        self.loop.call_soon_threadsafe(begin)
        return future

    def stop(self):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()
