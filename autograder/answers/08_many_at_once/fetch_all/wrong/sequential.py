# loses: the jobs overlap
async def fetch_all(job, n):
    return [await job(i) for i in range(n)]
