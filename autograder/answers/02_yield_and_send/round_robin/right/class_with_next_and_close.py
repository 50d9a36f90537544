# An iterator class instead of a generator function.
class round_robin:
    def __init__(self, *gens):
        self.line = list(gens)

    def __iter__(self):
        return self

    def __next__(self):
        while self.line:
            gen = self.line.pop(0)
            try:
                item = next(gen)
            except StopIteration:
                continue
            except BaseException:
                self.close()
                raise
            self.line.append(gen)
            return item
        raise StopIteration

    def close(self):
        while self.line:
            self.line.pop().close()
