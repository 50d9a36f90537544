# loses: one of the two is called, once, even if on_done fails
# keeps the callbacks by future: a second watch of one future replaces the first
import asyncio

watched = {}


def tell(future):
    if future not in watched:
        return
    on_done, on_error = watched.pop(future)
    if future.cancelled():
        on_error(asyncio.CancelledError())
    elif future.exception() is not None:
        on_error(future.exception())
    else:
        on_done(future.result())


def when_done(future, on_done, on_error):
    watched[future] = on_done, on_error
    future.add_done_callback(tell)
