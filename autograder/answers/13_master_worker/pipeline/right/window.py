# a window of tasks, and the next item of the source is one of them
import asyncio


async def pipeline(source, work, k):
    items = aiter(source)

    async def take():
        try:
            return [await anext(items)]
        except StopAsyncIteration:
            return []

    working, taking, over = set(), None, False
    try:
        while True:
            if taking is None and not over and len(working) < k:
                taking = asyncio.ensure_future(take())
            waiting = working | ({taking} if taking else set())
            if not waiting:
                return
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                result = task.result()
                if task is taking:
                    taking = None
                    over = not result
                    working |= {asyncio.ensure_future(work(item)) for item in result}
                else:
                    working.remove(task)
    finally:
        left = [task for task in (*working, taking) if task]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
