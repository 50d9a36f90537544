# loses: gives the values in the order of the arguments, and the time
def run_all(*gens):
    now, values = 0, [None] * len(gens)
    sleeping = [(0, place) for place in range(len(gens))]
    try:
        while sleeping:
            due = [e for e in sleeping if e[0] <= now]
            if not due:
                now += 0.25
                continue
            first = min(due, key=lambda e: e[0])
            sleeping.remove(first)
            place = first[1]
            try:
                delay = next(gens[place])
            except StopIteration as end:
                values[place] = end.value
            else:
                sleeping.append((now + delay, place))
    finally:
        for gen in gens:
            gen.close()
    return values, now
