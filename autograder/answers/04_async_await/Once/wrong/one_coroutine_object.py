# loses: gives the value of job, at each await
class Once:
    def __init__(self, job):
        self.work = job()

    def __await__(self):
        return self.work.__await__()
