# loses: a task is pending, then it has a result
def outcome(future):
    if future.cancelled():
        return "cancelled", None
    if future.exception() is not None:
        return "exception", future.exception()
    return "result", future.result()
