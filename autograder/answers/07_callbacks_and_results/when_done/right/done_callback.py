# A done callback asks in the right order.
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        if not future.cancelled() and future.exception() is None:
            on_done(future.result())
        elif future.cancelled():
            on_error(asyncio.CancelledError())
        else:
            on_error(future.exception())

    future.add_done_callback(tell)
