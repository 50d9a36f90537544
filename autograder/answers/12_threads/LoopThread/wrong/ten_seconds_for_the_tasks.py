# loses: stop leaves nothing
import asyncio, threading
class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        async def tidy():
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for t in left: t.cancel()
            if left: await asyncio.wait(left, timeout=10)
        asyncio.run_coroutine_threadsafe(tidy(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
