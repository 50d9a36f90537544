# An object has the callbacks as methods, and can be awaited.
import asyncio


class Answer:
    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.future = self.loop.create_future()

    def on_done(self, value):
        self.loop.call_soon_threadsafe(self.fill, value, None)

    def on_error(self, error):
        self.loop.call_soon_threadsafe(self.fill, None, error)

    def fill(self, value, error):
        if self.future.done():
            return
        if error is None:
            self.future.set_result(value)
        else:
            self.future.set_exception(error)

    def __await__(self):
        return self.future.__await__()


async def call_back(api, *args):
    answer = Answer()
    api(*args, answer.on_done, answer.on_error)
    return await answer
