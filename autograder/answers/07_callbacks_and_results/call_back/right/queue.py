# The callbacks put into a queue; only the first item is taken.
import asyncio


async def call_back(api, *args):
    loop, answers = asyncio.get_running_loop(), asyncio.Queue()
    api(
        *args,
        lambda value: loop.call_soon_threadsafe(answers.put_nowait, (True, value)),
        lambda error: loop.call_soon_threadsafe(answers.put_nowait, (False, error)),
    )
    went_well, what = await answers.get()
    if not went_well:
        raise what
    return what
