# loses: gives back when it is cancelled while work runs
async def borrow(take, work, give_back):
    thing = await take()
    result = None
    try:
        result = await work(thing)
    except BaseException:
        pass
    await give_back(thing)
    return result
