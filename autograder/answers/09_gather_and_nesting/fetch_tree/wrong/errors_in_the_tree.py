# loses: the first error comes out, and nothing is left
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    parts = [fetch_tree(job, part) for part in tree]
    return await asyncio.gather(*parts, return_exceptions=True)
