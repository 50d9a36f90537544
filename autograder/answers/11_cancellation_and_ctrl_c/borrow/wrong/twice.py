# loses: gives back when work fails, and not when take does
async def borrow(take, work, give_back):
    thing = await take()
    try:
        return await work(thing)
    except BaseException:
        await give_back(thing)
        raise
    finally:
        await give_back(thing)
