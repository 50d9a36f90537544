# wait for one, again and again.
import asyncio


async def as_they_come(job, n):
    numbers = {asyncio.create_task(job(i)): i for i in range(n)}
    pairs, pending = [], set(numbers)
    try:
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            pairs += [(numbers[task], task.result()) for task in done]
        return pairs
    finally:
        for task in numbers:
            task.cancel()
        await asyncio.gather(*numbers, return_exceptions=True)
