# loses: on_done gets the result, when it is there
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            on_error(future.exception())
        elif asyncio.isfuture(future.result()):
            when_done(future.result(), on_done, on_error)
        else:
            on_done(future.result())

    future.add_done_callback(tell)
