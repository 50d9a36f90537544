# A heap of objects that compare themselves.
import heapq
from itertools import count


class Sleeper:
    def __init__(self, wakes, number, place):
        self.wakes, self.number, self.place = wakes, number, place

    def __lt__(self, other):
        return (self.wakes, self.number) < (other.wakes, other.number)


def run_all(*gens):
    numbers = count()
    heap = [Sleeper(0, next(numbers), i) for i in range(len(gens))]
    values, now = {}, 0
    try:
        while heap:
            s = heapq.heappop(heap)
            now = s.wakes
            try:
                heapq.heappush(heap, Sleeper(now + next(gens[s.place]), next(numbers), s.place))
            except StopIteration as stop:
                values[s.place] = stop.value
    except BaseException:
        for g in gens:
            g.close()
        raise
    return [values[i] for i in range(len(gens))], now
