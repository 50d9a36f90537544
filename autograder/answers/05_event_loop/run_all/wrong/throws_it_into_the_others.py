# loses: the first error comes out, and the others are closed
import heapq


def run_all(*gens):
    asleep = [(0, i, i) for i in range(len(gens))]
    values, clock, number = [None] * len(gens), 0, len(gens)
    try:
        while asleep:
            clock, _, place = heapq.heappop(asleep)
            try:
                delay = next(gens[place])
            except StopIteration as end:
                values[place] = end.value
                continue
            heapq.heappush(asleep, (clock + delay, number, place))
            number += 1
    except BaseException as error:
        for gen in gens:
            try:
                gen.throw(error)
            except BaseException:
                pass
        raise
    return values, clock
