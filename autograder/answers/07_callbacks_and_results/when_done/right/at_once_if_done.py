# Tells at once where the future is done.
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            on_error(future.exception())
        else:
            on_done(future.result())

    if future.done():
        tell(future)
    else:
        future.add_done_callback(tell)
