# exception() raises for two of the four states.
import asyncio


def outcome(future):
    try:
        error = future.exception()
    except asyncio.InvalidStateError:
        return "pending", None
    except asyncio.CancelledError:
        return "cancelled", None
    if error is None:
        return "result", future.result()
    return "exception", error
