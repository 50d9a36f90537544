# result() is asked for, and what it raises is caught.
import asyncio


def when_done(future, on_done, on_error):
    def tell(future):
        try:
            value = future.result()
        except (Exception, asyncio.CancelledError) as error:
            on_error(error)
        else:
            on_done(value)

    future.add_done_callback(tell)
