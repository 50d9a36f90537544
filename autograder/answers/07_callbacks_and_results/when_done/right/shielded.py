# A task waits for the shielded future.
import asyncio

keep = set()


def when_done(future, on_done, on_error):
    async def wait():
        try:
            value = await asyncio.shield(future)
        except (Exception, asyncio.CancelledError) as e:
            on_error(e)
        else:
            on_done(value)

    t = asyncio.ensure_future(wait())
    keep.add(t)
    t.add_done_callback(keep.discard)
