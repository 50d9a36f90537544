# loses: a cancelled one is neither result nor exception
import asyncio


def outcome(future):
    if not future.done():
        return "pending", None
    if future.cancelled():
        return "cancelled", None
    if (
        isinstance(future, asyncio.Task)
        and future.cancelling()
        and future.exception() is None
        and future.result() is None
    ):
        return "cancelled", None
    if future.exception() is not None:
        return "exception", future.exception()
    return "result", future.result()
