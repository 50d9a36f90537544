# loses: a failed one gives its exception, and raises nothing
def outcome(future):
    if not future.done():
        return "pending", None
    if future.cancelled():
        return "cancelled", None
    try:
        value = future.result()
    except Exception as error:
        value = error
    return ("exception", value) if isinstance(value, Exception) else ("result", value)
