# The thread of a pool, and a group of tasks that submit feeds through a queue.
import asyncio
from concurrent.futures import Future, ThreadPoolExecutor


class LoopThread:
    def start(self):
        self.pool = ThreadPoolExecutor(1)
        started = Future()
        self.running = self.pool.submit(asyncio.run, self.main(started))
        self.loop, self.queue = started.result()

    async def main(self, started):
        queue, tasks = asyncio.Queue(), set()
        started.set_result((asyncio.get_running_loop(), queue))
        while (work := await queue.get()) is not None:
            task = asyncio.create_task(self.work(*work))
            # One that is cancelled before it has begun fills no future.
            task.add_done_callback(lambda _, future=work[0]: future.cancel())
            tasks.add(task)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def work(self, future, function, args):
        try:
            future.set_result(await function(*args))
        except BaseException as error:
            future.set_exception(error)

    def submit(self, function, *args):
        future = Future()
        self.loop.call_soon_threadsafe(self.queue.put_nowait, (future, function, args))
        return future

    def stop(self):
        self.loop.call_soon_threadsafe(self.queue.put_nowait, None)
        self.running.result()
        self.pool.shutdown()
