# loses: gives the value of job, at each await
class Once:
    def __init__(self, job):
        self.job = job

    def __await__(self):
        yield
        return self.job()
