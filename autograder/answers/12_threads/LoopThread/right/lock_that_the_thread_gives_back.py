# a lock tells that the loop has ended
import asyncio, threading
class LoopThread:
    def start(self):
        self.loop = asyncio.new_event_loop()
        self.ended = threading.Lock()
        self.ended.acquire()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
    def _run(self):
        try:
            self.loop.run_forever()
            left = asyncio.all_tasks(self.loop)
            for t in left: t.cancel()
            if left: self.loop.run_until_complete(asyncio.wait(left))
            self.loop.close()
        finally:
            self.ended.release()
    def submit(self, function, *args):
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        with self.ended:
            pass
        self.thread.join()
