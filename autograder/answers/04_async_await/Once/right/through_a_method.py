# An async method does the work; __await__ hands on its iterator.
class Once:
    def __init__(self, job):
        self.job = job
        self.values = []

    async def get(self):
        if not self.values:
            self.values.append(await self.job())
        return self.values[0]

    def __await__(self):
        return self.get().__await__()
