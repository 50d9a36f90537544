# loses: is a generator of its own, written by hand


class Delegate:
    def __init__(self, gen):
        self.send, self.throw, self.close, self.gen = gen.send, gen.throw, gen.close, gen

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.gen)


def delegate(gen):
    return Delegate(gen)
