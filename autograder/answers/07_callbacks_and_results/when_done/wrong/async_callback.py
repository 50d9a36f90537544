# loses: on_done gets the result, when it is there
import asyncio


def when_done(future, on_done, on_error):
    async def tell(future):
        try:
            value = await future
        except (Exception, asyncio.CancelledError) as error:
            on_error(error)
        else:
            on_done(value)

    future.add_done_callback(tell)
