# loses: k jobs are under way, and never more
async def limited(job, n, k):
    return [await job(i) for i in range(n)]
