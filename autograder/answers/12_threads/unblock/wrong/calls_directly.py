# loses: the loop goes on while a call is under way
async def unblock(blocking, items):
    return [blocking(item) for item in items]
