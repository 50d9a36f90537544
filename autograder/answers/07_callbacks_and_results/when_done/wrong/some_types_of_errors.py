# loses: on_error gets the exception
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        try:
            value = future.result()
        except (ValueError, OSError, asyncio.CancelledError) as e:
            on_error(e)
        else:
            on_done(value)

    future.add_done_callback(tell)
