# loses: stop leaves nothing
# gather ends with the first that has ended, while others still clean up
import asyncio
import threading


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    async def _end(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        try:
            await asyncio.gather(*others)
        except BaseException as error:
            return type(error).__name__

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
