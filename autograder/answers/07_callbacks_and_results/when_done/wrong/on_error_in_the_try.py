# loses: one of the two is called, once, even if on_done fails
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        if future.cancelled():
            on_error(asyncio.CancelledError())
            return
        try:
            if future.exception() is not None:
                on_error(future.exception())
                return
        except Exception as e:
            on_error(e)
            return
        on_done(future.result())

    future.add_done_callback(tell)
