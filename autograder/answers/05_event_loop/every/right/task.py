# a task that sleeps until the next call is due
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started = loop.time()

    async def beat():
        due = started + seconds
        while True:
            await asyncio.sleep(due - loop.time())
            step()
            due += seconds

    return asyncio.create_task(beat(), name="beat").cancel
