# loses: the first to finish gives the value
async def first_wins(jobs):
    return await jobs[0]()
