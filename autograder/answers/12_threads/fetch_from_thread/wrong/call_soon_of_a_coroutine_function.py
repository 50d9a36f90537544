# loses: the jobs run at once on the loop
def fetch_from_thread(loop, job, n):
    results = []
    for i in range(n):
        results.append(loop.call_soon_threadsafe(job, i))
    return results
