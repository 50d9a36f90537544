# An ExitStack closes them all, and itertools.cycle goes round.
from contextlib import ExitStack, closing
from itertools import cycle


def round_robin(*gens):
    ended = set()
    with ExitStack() as stack:
        for gen in gens:
            stack.enter_context(closing(gen))
        for number in cycle(range(len(gens))):
            if len(ended) == len(gens):
                return
            if number in ended:
                continue
            try:
                yield next(gens[number])
            except StopIteration:
                ended.add(number)
