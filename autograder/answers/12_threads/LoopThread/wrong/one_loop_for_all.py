# loses: submit runs coroutines in one other thread
import asyncio
import threading


class LoopThread:
    loop = asyncio.new_event_loop()
    users = 0

    def start(self):
        if not LoopThread.users:
            LoopThread.loop = asyncio.new_event_loop()
            LoopThread.thread = threading.Thread(target=self.loop.run_forever)
            self.thread.start()
        LoopThread.users += 1

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    async def cancel_all(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self):
        LoopThread.users -= 1
        asyncio.run_coroutine_threadsafe(self.cancel_all(), self.loop).result()
        if not LoopThread.users:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()
