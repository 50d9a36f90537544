# loses: a cancellation does not cut give_back short
async def borrow(take, work, give_back):
    thing = await take()
    try:
        return await work(thing)
    finally:
        await give_back(thing)
