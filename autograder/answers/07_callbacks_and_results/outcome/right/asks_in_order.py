# Each state has its question.
def outcome(future):
    if future.cancelled():
        return ("cancelled", None)
    if not future.done():
        return ("pending", None)
    error = future.exception()
    return ("result", future.result()) if error is None else ("exception", error)
