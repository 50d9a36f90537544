# a task that sleeps until the next time
import asyncio
def every(seconds, step):
    loop = asyncio.get_running_loop()
    start = loop.time()
    async def run():
        n = 1
        while True:
            await asyncio.sleep(start + n * seconds - loop.time())
            step()
            n += 1
    task = loop.create_task(run())
    def stop():
        task.cancel()
    return stop
