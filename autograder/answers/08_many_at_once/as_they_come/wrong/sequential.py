# loses: the jobs overlap, and each is called once
async def as_they_come(job, n):
    return [(i, await job(i)) for i in range(n)]
