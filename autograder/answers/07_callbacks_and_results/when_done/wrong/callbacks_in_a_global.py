# loses: one of the two is called, once, even if on_done fails
import asyncio

current = None


def when_done(future, on_done, on_error):
    global current
    current = on_done, on_error

    def tell(future):
        on_done, on_error = current
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            on_error(future.exception())
        else:
            on_done(future.result())

    future.add_done_callback(tell)
