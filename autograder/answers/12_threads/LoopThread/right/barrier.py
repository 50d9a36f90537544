# start and the thread meet at a barrier
import asyncio, threading
class LoopThread:
    def start(self):
        both = threading.Barrier(2)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.main(both)))
        self.thread.start()
        both.wait()
    async def main(self, both):
        self.loop, self.end = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
        both.wait()
        await self.end
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        self.loop.call_soon_threadsafe(self.end.set_result, None)
        self.thread.join(timeout=None)
