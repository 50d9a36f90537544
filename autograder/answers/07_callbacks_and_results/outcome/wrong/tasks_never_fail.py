# loses: a failed one gives its exception, and raises nothing
import asyncio


def outcome(future):
    if isinstance(future, asyncio.Task):
        if not future.done():
            return "pending", None
        if future.cancelled():
            return "cancelled", None
        return "result", future.result()
    if future.exception() is not None:
        return "exception", future.exception()
    return "result", future.result()
