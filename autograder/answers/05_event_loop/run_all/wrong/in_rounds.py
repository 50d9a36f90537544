# loses: who wakes first runs first, and of equals who slept first
def run_all(*gens):
    wakes, values = [0] * len(gens), [None] * len(gens)
    going, now = list(range(len(gens))), 0
    try:
        while going:
            now = min(wakes[place] for place in going)
            for place in list(going):
                if wakes[place] == now:
                    try:
                        wakes[place] = now + next(gens[place])
                    except StopIteration as end:
                        values[place] = end.value
                        going.remove(place)
    finally:
        for gen in gens:
            gen.close()
    return values, now
