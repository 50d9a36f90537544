# loses: the first error comes out, and nothing is left
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    parts = [asyncio.create_task(fetch_tree(job, part)) for part in tree]
    try:
        return await asyncio.gather(*parts)
    finally:
        for part in parts:
            part.cancel()
