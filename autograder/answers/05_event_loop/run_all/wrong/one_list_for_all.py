# loses: nothing really sleeps, and two loops share nothing
import heapq

sleeping = []
number = 0


def run_all(*gens):
    global number
    now, values = 0, [None] * len(gens)
    for place, gen in enumerate(gens):
        heapq.heappush(sleeping, (0, number, place, gen))
        number += 1
    try:
        while sleeping:
            now, _, place, gen = heapq.heappop(sleeping)
            try:
                delay = next(gen)
            except StopIteration as end:
                values[place] = end.value
            else:
                heapq.heappush(sleeping, (now + delay, number, place, gen))
                number += 1
    finally:
        for gen in gens:
            gen.close()
    return values, now
