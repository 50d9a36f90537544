# loses: returns what on_done gets
import asyncio

async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    answers = asyncio.Queue()

    def teller(failed):
        return lambda what: loop.call_soon_threadsafe(answers.put_nowait, (failed, what))

    api(*args, teller(False), teller(True))
    failed, what = await asyncio.wait_for(answers.get(), 10**8)
    if failed:
        raise what
    return what
