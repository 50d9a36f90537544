# loses: one call for each item, results in order
import asyncio


async def unblock(blocking, items):
    results, seen = [], {}
    for item in items:
        if isinstance(item, str) and item in seen:
            results.append(seen[item])
            continue
        result = await asyncio.to_thread(blocking, item)
        if isinstance(item, str):
            seen[item] = result
        results.append(result)
    return results
