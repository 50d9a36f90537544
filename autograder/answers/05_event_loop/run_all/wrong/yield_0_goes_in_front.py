# loses: who wakes first runs first, and of equals who slept first
import heapq


def run_all(*gens):
    number = len(gens)
    now, values = 0, [None] * number
    sleeping = [(0, place, place) for place in range(number)]
    try:
        while sleeping:
            now, _, place = heapq.heappop(sleeping)
            try:
                delay = next(gens[place])
            except StopIteration as end:
                values[place] = end.value
            else:
                heapq.heappush(sleeping, (now + delay, number if delay else -1, place))
                number += 1
    finally:
        for gen in gens:
            gen.close()
    return values, now
