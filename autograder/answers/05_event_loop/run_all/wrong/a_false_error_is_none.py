# loses: the first error comes out, and the others are closed
def run_all(*gens):
    now, values, error = 0, [None] * len(gens), None
    sleeping = [(0, place) for place in range(len(gens))]
    while sleeping and error is None:
        first = min(sleeping, key=lambda entry: entry[0])
        sleeping.remove(first)
        now, place = first
        try:
            delay = next(gens[place])
        except StopIteration as end:
            values[place] = end.value
        except Exception as e:
            error = e
        else:
            sleeping.append((now + delay, place))
    for gen in gens:
        gen.close()
    if error:
        raise error
    return values, now
