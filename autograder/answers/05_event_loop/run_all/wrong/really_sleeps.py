# loses: nothing really sleeps, and two loops share nothing
import heapq
import time


def run_all(*gens):
    number = len(gens)
    now, values = 0, [None] * number
    sleeping = [(0, place, place) for place in range(number)]
    try:
        while sleeping:
            wakes, _, place = heapq.heappop(sleeping)
            time.sleep(wakes - now)
            now = wakes
            try:
                delay = next(gens[place])
            except StopIteration as end:
                values[place] = end.value
            else:
                heapq.heappush(sleeping, (now + delay, number, place))
                number += 1
    finally:
        for gen in gens:
            gen.close()
    return values, now
