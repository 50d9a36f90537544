# loses: the first to finish gives the value
async def first_wins(jobs):
    for job in jobs:
        return await job()
