# loses: the results come in the order of i
async def fetch_all(job, n):
    return [job(i) for i in range(n)]
