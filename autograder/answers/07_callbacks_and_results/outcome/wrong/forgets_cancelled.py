# loses: a cancelled one is neither result nor exception
def outcome(future):
    if not future.done():
        return "pending", None
    if future.exception() is not None:
        return "exception", future.exception()
    return "result", future.result()
