# loses: one of the two is called, once, even if on_done fails
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        if not future.cancelled() and future.exception() is not None:
            on_error(future.exception())
            return
        try:
            on_done(future.result())
        except asyncio.CancelledError as error:
            on_error(error)

    future.add_done_callback(tell)
