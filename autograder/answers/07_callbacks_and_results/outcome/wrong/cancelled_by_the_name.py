# loses: a failed one gives its exception, and raises nothing
# compares the name of the class: concurrent.futures has a CancelledError too
def outcome(future):
    if not future.done():
        return "pending", None
    try:
        return "result", future.result()
    except BaseException as error:
        if type(error).__name__ == "CancelledError":
            return "cancelled", None
        return "exception", error
