# loses: the others are cancelled and have ended
# wait_for waits for the gather, and a cancelled gather ends with the first that has ended
import asyncio


async def within(job, n, seconds):
    results = {}

    async def run(i):
        results[i] = await job(i)

    tasks = [asyncio.create_task(run(i)) for i in range(n)]
    try:
        await asyncio.wait_for(asyncio.gather(*tasks), seconds)
    except TimeoutError:
        pass
    return results
