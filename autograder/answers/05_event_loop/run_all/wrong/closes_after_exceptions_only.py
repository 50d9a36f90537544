# loses: the first error comes out, and the others are closed
import heapq
from itertools import count

def run_all(*gens):
    order = count()
    timers = [(0, next(order), index, gen) for index, gen in enumerate(gens)]
    values = [None] * len(gens)
    now = 0
    try:
        while timers:
            now, _, index, gen = heapq.heappop(timers)
            running = index, gen
            try:
                pause = next(gen)
            except StopIteration as end:
                values[index] = end.value
            else:
                heapq.heappush(timers, (now + pause, next(order), index, gen))
    except Exception:
        for *_, gen in timers:
            gen.close()
        raise
    return values, now
