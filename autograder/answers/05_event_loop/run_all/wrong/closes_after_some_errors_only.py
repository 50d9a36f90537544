# loses: the first error comes out, and the others are closed
def run_all(*gens):
    now, values = 0, [None] * len(gens)
    sleeping = [(0, i) for i in range(len(gens))]
    while sleeping:
        first = min(sleeping, key=lambda e: e[0])
        sleeping.remove(first)
        now, place = first
        try:
            delay = next(gens[place])
        except StopIteration as end:
            values[place] = end.value
        except (ValueError, KeyError):
            for gen in gens:
                gen.close()
            raise
        else:
            sleeping.append((now + delay, place))
    return values, now
