# loses: a failed one gives its exception, and raises nothing
def outcome(future):
    if not future.done():
        return "pending", None
    if future.cancelled():
        return "cancelled", None
    if future.exception():
        return "exception", str(future.exception())
    return "result", future.result()
