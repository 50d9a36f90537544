# a dict: for each time a queue of those who wake then
from collections import deque


class Loop:
    def __init__(self, gens):
        self.gens, self.now, self.values = gens, 0, [None] * len(gens)
        self.due = {0: deque(range(len(gens)))}

    def step(self, place):
        try:
            delay = next(self.gens[place])
        except StopIteration as end:
            self.values[place] = end.value
        else:
            self.due.setdefault(self.now + delay, deque()).append(place)

    def run(self):
        while self.due:
            self.now = min(self.due)
            while self.due[self.now]:
                self.step(self.due[self.now].popleft())
            del self.due[self.now]
        return self.values, self.now


def run_all(*gens):
    if not gens:
        return [], 0
    try:
        return Loop(gens).run()
    finally:
        for gen in gens:
            gen.close()
