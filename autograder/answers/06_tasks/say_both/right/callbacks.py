# Done callbacks fill a future when both results are there.
import asyncio


async def say_both(say_after):
    loop = asyncio.get_running_loop()
    got, done = {}, loop.create_future()

    def on(place, task):
        got[place] = task.result()
        if len(got) == 2:
            done.set_result([got[0], got[1]])

    for i, a in enumerate([(2, "hello"), (1, "world")]):
        t = loop.create_task(say_after(*a))
        t.add_done_callback(lambda t, i=i: on(i, t))
    return await done
