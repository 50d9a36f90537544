# a named tuple is a pair
from typing import NamedTuple
class Outcome(NamedTuple):
    values: list
    total: float
def run_all(*gens):
    now, values = 0, [None] * len(gens)
    asleep = {}
    order = 0
    for i in range(len(gens)):
        asleep[i] = (0, order); order += 1
    try:
        while asleep:
            i = min(asleep, key=asleep.get)
            now, _ = asleep.pop(i)
            try:
                asleep[i] = (now + next(gens[i]), order)
                order += 1
            except StopIteration as e:
                values[i] = e.value
    finally:
        for g in gens: g.close()
    return Outcome(values, now)
