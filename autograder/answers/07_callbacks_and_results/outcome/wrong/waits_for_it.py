# loses: a task is pending, then it has a result
async def outcome(future):
    try:
        return "result", await future
    except Exception as error:
        return "exception", error
