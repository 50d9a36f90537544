# loses: the first error comes out, and the others are closed
import asyncio, heapq


def run_all(*gens):
    asleep = [(0, i, i) for i in range(len(gens))]
    values, clock, number = [None] * len(gens), 0, len(gens)
    while asleep:
        clock, _, place = heapq.heappop(asleep)
        try:
            delay = next(gens[place])
        except StopIteration as end:
            values[place] = end.value
            continue
        except asyncio.CancelledError:
            values[place] = None
            continue
        except BaseException:
            for gen in gens:
                gen.close()
            raise
        heapq.heappush(asleep, (clock + delay, number, place))
        number += 1
    return values, clock
