# The bound __next__ methods in a cycle that gets shorter, as in the itertools recipes.
from itertools import cycle, islice


def round_robin(*gens):
    left = len(gens)
    turns = cycle(gen.__next__ for gen in gens)
    try:
        while left:
            try:
                for turn in turns:
                    yield turn()
            except StopIteration:
                left -= 1
                turns = cycle(islice(turns, left))
    finally:
        for gen in gens:
            gen.close()
