# loses: a failed one gives its exception, and raises nothing
# takes a future that has failed with InvalidStateError for one that is not done
import asyncio


def outcome(future):
    try:
        return "result", future.result()
    except asyncio.InvalidStateError:
        return "pending", None
    except asyncio.CancelledError:
        return "cancelled", None
    except Exception as error:
        return "exception", error
