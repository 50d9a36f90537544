# loses: the first error comes out, and nothing is left
import asyncio


async def as_they_come(job, n):
    async def numbered(i):
        return i, await job(i)

    return [await pair for pair in asyncio.as_completed([numbered(i) for i in range(n)])]
