# loses: a failed one gives its exception, and raises nothing
import asyncio


def outcome(future):
    if not future.done():
        return "pending", None
    if future.cancelled():
        return "cancelled", None
    if future.exception() is not None:
        return "exception", future.exception()
    value = future.result()
    return outcome(value) if asyncio.isfuture(value) else ("result", value)
