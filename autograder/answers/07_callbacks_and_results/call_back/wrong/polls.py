# loses: returns what on_done gets
import asyncio


async def call_back(api, *args):
    got = []
    api(*args, lambda value: got.append((value, None)), lambda error: got.append((None, error)))
    while not got:
        await asyncio.sleep(0.25)
    value, error = got[0]
    if error is not None:
        raise error
    return value
