# A deque: whoever has had a turn goes to the back of the line.
from collections import deque


def round_robin(*gens):
    line = deque(gens)
    try:
        while line:
            try:
                item = next(line[0])
            except StopIteration:
                line.popleft()
                continue
            line.rotate(-1)
            yield item
    finally:
        for gen in gens:
            gen.close()
