# loses: a failed one gives its exception, and raises nothing
# asks whether the error is true, and not whether there is one
def outcome(future):
    if not future.done():
        return "pending", None
    if future.cancelled():
        return "cancelled", None
    if error := future.exception():
        return "exception", error
    return "result", None if future.exception() is not None else future.result()
