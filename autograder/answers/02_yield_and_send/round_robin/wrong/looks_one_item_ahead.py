# loses: takes an item only when asked for one
def round_robin(*gens):
    missing = object()
    ahead = [[gen, next(gen, missing)] for gen in gens]
    try:
        while ahead:
            ahead = [pair for pair in ahead if pair[1] is not missing]
            for pair in ahead:
                item = pair[1]
                pair[1] = next(pair[0], missing)
                yield item
    finally:
        for gen in gens:
            gen.close()
