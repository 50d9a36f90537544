# Each step is a callback of the loop, and makes the next one.
import asyncio


async def fair(n, step):
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def go(i):
        if done.done():
            return
        if i == n:
            done.set_result(None)
            return
        try:
            step(i)
        except BaseException as e:
            done.set_exception(e)
        else:
            loop.call_soon(go, i + 1)

    go(0)
    await done
