# loses: a task is pending, then it has a result
def outcome(future):
    if future.cancelled():
        return "cancelled", None
    if future.done() and future.exception():
        return "exception", future.exception()
    if future.done() and future.result():
        return "result", future.result()
    return "pending", None
