# loses: gives back when work fails, and not when take does
async def borrow(take, work, give_back):
    thing = await take()
    result = await work(thing)
    await give_back(thing)
    return result
