# loses: a cancelled one is neither result nor exception
def outcome(future):
    if not future.done():
        return "pending", None
    try:
        return "result", future.result()
    except BaseException as error:
        return "exception", error
