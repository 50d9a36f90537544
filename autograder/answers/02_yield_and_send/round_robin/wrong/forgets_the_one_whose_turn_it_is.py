# loses: closes the generators when it is closed
from collections import deque


def round_robin(*gens):
    line = deque(gens)
    try:
        while line:
            gen = line.popleft()
            try:
                yield next(gen)
            except StopIteration:
                continue
            line.append(gen)
    finally:
        for gen in line:
            gen.close()
