# A queue of orders, whose main makes a task of each.
import asyncio
import threading
from concurrent.futures import Future


class LoopThread:
    def start(self):
        self.ready = threading.Event()
        self.thread = threading.Thread(target=asyncio.run, args=(self.main(),), daemon=True)
        self.thread.start()
        self.ready.wait()

    async def main(self):
        self.loop = asyncio.get_running_loop()
        self.queue, self.tasks = asyncio.Queue(), set()
        self.ready.set()
        while (order := await self.queue.get()) is not None:
            self.tasks.add(self.loop.create_task(self.fill(*order)))

    async def fill(self, future, function, args):
        try:
            future.set_result(await function(*args))
        except BaseException as error:
            future.set_exception(error)
            raise

    def submit(self, function, *args):
        future = Future()
        self.loop.call_soon_threadsafe(self.queue.put_nowait, (future, function, args))
        return future

    def stop(self):
        self.loop.call_soon_threadsafe(self.queue.put_nowait, None)
        self.thread.join()
