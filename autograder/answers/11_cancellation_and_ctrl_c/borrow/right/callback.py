# Callbacks: give_back is made a task where work ends, and a future says that it is over.
import asyncio


async def borrow(take, work, give_back):
    thing = await take()
    loop = asyncio.get_running_loop()
    working, over = loop.create_task(work(thing)), loop.create_future()

    def worked(_):
        loop.create_task(give_back(thing)).add_done_callback(over.set_result)

    working.add_done_callback(worked)
    stopped = None
    while not over.done():
        try:
            await asyncio.shield(over)
        except asyncio.CancelledError as error:
            stopped = error
            working.cancel()
    if stopped:
        raise stopped
    return working.result()
