# The state as a tuple of answers.
def outcome(future):
    match future.done(), future.cancelled():
        case False, _:
            return "pending", None
        case _, True:
            return "cancelled", None
    if (error := future.exception()) is not None:
        return "exception", error
    return "result", future.result()
