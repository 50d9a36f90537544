# loses: one of the two is called, once, even if on_done fails
import asyncio

_asked = []


def when_done(future, on_done, on_error):
    key = (future, on_done, on_error)
    if any(all(a is b for a, b in zip(key, each)) for each in _asked):
        return
    _asked.append(key)

    def tell(future):
        _asked.remove(key)
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            on_error(future.exception())
        else:
            on_done(future.result())

    future.add_done_callback(tell)
