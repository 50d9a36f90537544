# loses: on_error gets the exception
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            e = future.exception()
            on_error(type(e)(*e.args))
        else:
            on_done(future.result())

    future.add_done_callback(tell)
