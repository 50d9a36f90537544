# loses: stop leaves nothing
import asyncio
import threading


class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)

    def cancel_all(self):
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.stop()

    def stop(self):
        self.loop.call_soon_threadsafe(self.cancel_all)
        self.thread.join()
        self.loop.close()
