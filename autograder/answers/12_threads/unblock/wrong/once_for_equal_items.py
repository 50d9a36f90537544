# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    found = []
    for n, item in enumerate(items):
        if item in items[:n]:
            found.append(found[items.index(item)])
        else:
            found.append(await asyncio.to_thread(blocking, item))
    return found
