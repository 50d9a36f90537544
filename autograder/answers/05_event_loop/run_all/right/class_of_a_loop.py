# an object is the loop
class Loop:
    def __init__(self, gens):
        self.gens, self.now, self.ready = gens, 0, [(0, g) for g in gens]
        self.values = {}
    def step(self):
        at = min(t for t, _ in self.ready)
        n = next(i for i, (t, _) in enumerate(self.ready) if t == at)
        self.now, gen = self.ready.pop(n)
        try:
            delay = next(gen)
        except StopIteration as e:
            self.values[id(gen)] = e.value
        else:
            self.ready.append((self.now + delay, gen))
    def run(self):
        try:
            while self.ready:
                self.step()
        finally:
            [g.close() for g in self.gens]
        return [self.values[id(g)] for g in self.gens], self.now
def run_all(*gens):
    return Loop(gens).run()
