# gather at each fork, which cancels and waits for its parts in a finally.
import asyncio


async def fetch_tree(job, tree):
    if isinstance(tree, int):
        return await job(tree)
    parts = [asyncio.create_task(fetch_tree(job, part)) for part in tree]
    try:
        return await asyncio.gather(*parts)
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
