# loses: submit runs coroutines in one other thread
import asyncio
import threading


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def submit(self, function, *args):
        task = self.loop.create_task(function(*args))
        self.loop.call_soon_threadsafe(lambda: None)
        return asyncio.run_coroutine_threadsafe(self._wait(task), self.loop)

    async def _wait(self, task):
        return await task

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _end(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for t in others:
            t.cancel()
        await asyncio.gather(*others, return_exceptions=True)
