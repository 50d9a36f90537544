# loses: the first error comes out, and the others are closed
def run_all(*gens):
    sleeping, values, now = [], [None] * len(gens), 0
    for place, gen in enumerate(gens):
        try:
            sleeping.append((next(gen), place))
        except StopIteration as end:
            values[place] = end.value
    try:
        while sleeping:
            sleeping.sort(key=lambda entry: entry[0])
            now, place = sleeping.pop(0)
            try:
                sleeping.append((now + next(gens[place]), place))
            except StopIteration as end:
                values[place] = end.value
    finally:
        for gen in gens:
            gen.close()
    return values, now
