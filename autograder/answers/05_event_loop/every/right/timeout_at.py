# An Event says that it is over; a time-out wakes the task.
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started, over = loop.time(), asyncio.Event()

    async def run():
        number = 1
        while not over.is_set():
            try:
                async with asyncio.timeout_at(started + number * seconds):
                    await over.wait()
            except TimeoutError:
                if over.is_set():
                    return
                number += 1
                step()

    tasks = {loop.create_task(run())}

    def stop():
        over.set()
        tasks.clear()

    return stop
