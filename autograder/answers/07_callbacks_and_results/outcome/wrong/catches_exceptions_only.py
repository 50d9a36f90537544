# loses: a failed one gives its exception, and raises nothing
import asyncio

def outcome(future):
    if not future.done():
        return "pending", None
    try:
        return "result", future.result()
    except asyncio.CancelledError:
        return "cancelled", None
    except Exception as error:
        return "exception", error
