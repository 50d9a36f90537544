# loses: lets others run while it waits
import asyncio

_places = asyncio.Semaphore(2)


async def do_some_work(x):
    async with _places:
        await asyncio.sleep(x)
    return f"done {x}"
