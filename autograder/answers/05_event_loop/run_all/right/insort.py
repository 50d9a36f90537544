# a list that is kept in order
from bisect import insort


def run_all(*gens):
    line = [(0, place) for place in range(len(gens))]
    values, clock = [None for _ in gens], 0
    while line:
        clock, place = line.pop(0)
        try:
            delay = next(gens[place])
        except StopIteration as end:
            values[place] = end.value
        except BaseException:
            for _, other in line:
                gens[other].close()
            raise
        else:
            insort(line, (clock + delay, place), key=lambda entry: entry[0])
    return values, clock
