# A timer by hand, which cancels a shielded task.
import asyncio


async def retry(op, tries, timeout, base):
    async def one():
        me = asyncio.ensure_future(op())
        late = []
        timer = asyncio.get_running_loop().call_later(
            timeout, lambda: (late.append(1), me.cancel())
        )
        try:
            while not me.done():
                try:
                    await asyncio.shield(me)
                except asyncio.CancelledError:
                    if me.cancelled():
                        if late:
                            raise TimeoutError from None
                        raise
                    me.cancel()
                    await asyncio.wait([me])
                    raise
            return me.result()
        finally:
            timer.cancel()

    i = 0
    while True:
        try:
            return await one()
        except Exception:
            if (i := i + 1) == tries:
                raise
        await asyncio.sleep(base * 2 ** (i - 1))
