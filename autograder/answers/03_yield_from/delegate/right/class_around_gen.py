# A class of its own knows how gen ended; the generator has one yield.
class Child:
    def __init__(self, gen):
        self.gen, self.over, self.value = gen, False, None
        self.resume(gen.send, None)

    def resume(self, how, what):
        try:
            self.item = how(what)
        except StopIteration as end:
            self.over, self.value = True, end.value


def delegate(gen):
    child = Child(gen)
    try:
        while not child.over:
            try:
                how, what = gen.send, (yield child.item)
            except Exception as error:
                how, what = gen.throw, error
            except GeneratorExit:
                raise
            except BaseException as error:
                how, what = gen.throw, error
            child.resume(how, what)
    finally:
        gen.close()
    return child.value
