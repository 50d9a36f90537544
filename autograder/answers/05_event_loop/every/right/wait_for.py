# wait_for takes more turns than a timer, and does not poll.
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    started, over = loop.time(), asyncio.Event()

    async def run():
        number = 0
        while not over.is_set():
            number += 1
            try:
                await asyncio.wait_for(over.wait(), started + number * seconds - loop.time())
            except asyncio.TimeoutError:
                if not over.is_set():
                    step()

    task = loop.create_task(run())

    def stop():
        over.set()
        task  # keeps the task

    return stop
