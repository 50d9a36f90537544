# a plain list: min keeps the order of what is equal
def run_all(*gens):
    sleeping = [[0, gen] for gen in gens]
    values = dict.fromkeys(gens)
    now = 0
    try:
        while sleeping:
            first = min(sleeping, key=lambda entry: entry[0])
            sleeping.remove(first)
            now, gen = first
            try:
                sleeping.append([now + next(gen), gen])
            except StopIteration as end:
                values[gen] = end.value
    finally:
        for gen in gens:
            gen.close()
    return list(values.values()), now
