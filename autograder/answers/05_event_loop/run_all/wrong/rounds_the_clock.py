# loses: gives the values in the order of the arguments, and the time
def run_all(*gens):
    now, values = 0, [None] * len(gens)
    sleeping = [(0, place) for place in range(len(gens))]
    try:
        while sleeping:
            first = min(sleeping, key=lambda entry: entry[0])
            sleeping.remove(first)
            now, place = first
            try:
                delay = next(gens[place])
            except StopIteration as end:
                values[place] = end.value
            else:
                sleeping.append((round(now + delay, 2), place))
    finally:
        for gen in gens:
            gen.close()
    return values, now
