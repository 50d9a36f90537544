# loses: stop leaves nothing
import asyncio, threading
from concurrent.futures import Future


class LoopThread:
    def start(self):
        self.loop, self.kept = asyncio.new_event_loop(), set()
        begun = threading.Event()

        def run():
            asyncio.set_event_loop(self.loop)
            self.loop.call_soon(begun.set)
            self.loop.run_forever()
            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.wait(tasks))
            self.loop.close()

        self.thread = threading.Thread(target=run)
        self.thread.start()
        begun.wait()

    def submit(self, function, *args):
        future = Future()

        async def work():
            try:
                future.set_result(await function(*args))
            except BaseException as error:
                future.set_exception(error)
                raise

        def begin():
            task = self.loop.create_task(work())
            self.kept.add(task)
            task.add_done_callback(self.kept.discard)

        self.loop.call_soon_threadsafe(begin)
        return future

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
