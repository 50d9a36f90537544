# loses: gives the values in the order of the arguments, and the time
def run_all(*gens):
    now, values = 0, {}
    sleeping = [(0, str(place)) for place in range(len(gens))]
    n = 0
    try:
        while sleeping:
            first = min(sleeping, key=lambda entry: entry[0])
            sleeping.remove(first)
            now, place = first
            try:
                delay = next(gens[int(place)])
            except StopIteration as end:
                values[place] = end.value
            else:
                sleeping.append((now + delay, place))
    finally:
        for gen in gens:
            gen.close()
    return [values[k] for k in sorted(values)], now
