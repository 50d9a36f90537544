# loses: gives the values in the order of the arguments, and the time
def run_all(*gens):
    sleeping, values, now = [(0, place) for place in range(len(gens))], [None] * len(gens), 0
    last = 0
    try:
        while sleeping:
            for entry in [entry for entry in sleeping if entry[0] <= now]:
                sleeping.remove(entry)
                place, last = entry[1], now
                try:
                    sleeping.append((now + next(gens[place]), place))
                except StopIteration as end:
                    values[place] = end.value
            if all(wakes > now for wakes, _ in sleeping):
                now += 1
    finally:
        for gen in gens:
            gen.close()
    return values, last
