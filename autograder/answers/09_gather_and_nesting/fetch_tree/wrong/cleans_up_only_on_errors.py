# loses: a cancellation comes out and leaves nothing
import asyncio


async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    parts = [asyncio.create_task(fetch_tree(job, part)) for part in tree]
    try:
        await asyncio.wait(parts, return_when=asyncio.FIRST_EXCEPTION) if parts else None
        return [part.result() for part in parts if part.done() or not part.cancel()]
    except Exception:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
        raise
