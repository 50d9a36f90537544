# A generator that remembers, made for each object.
def once_of(job):
    known = []

    def wait():
        if not known:
            known.append((yield from job().__await__()))
        return known[0]

    return wait


class Once:
    def __init__(self, job):
        self.wait = once_of(job)

    def __await__(self):
        return self.wait()
