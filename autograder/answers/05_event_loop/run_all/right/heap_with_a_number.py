# a heap whose entries are numbered, so that equal times stay in order
import heapq
import itertools


def run_all(*gens):
    numbers = itertools.count()
    sleeping = [(0, next(numbers), place, gen) for place, gen in enumerate(gens)]
    values, now = {}, 0
    try:
        while sleeping:
            now, _, place, gen = heapq.heappop(sleeping)
            try:
                wakes = now + gen.send(None)
            except StopIteration as end:
                values[place] = end.value
            else:
                heapq.heappush(sleeping, (wakes, next(numbers), place, gen))
    except BaseException:
        for *_, gen in sleeping:
            gen.close()
        raise
    return [values[place] for place in range(len(gens))], now
