# loses: gives the value of job, at each await
class Once:
    def __init__(self, job):
        self.job = job
        self.known = False

    async def __await__(self):
        if not self.known:
            self.value = await self.job()
            self.known = True
        return self.value
