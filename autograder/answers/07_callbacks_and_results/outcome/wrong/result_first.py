# loses: a failed one gives its exception, and raises nothing
def outcome(future):
    if future.cancelled():
        return "cancelled", None
    if future.done():
        return "result", future.result()
    return "pending", None
