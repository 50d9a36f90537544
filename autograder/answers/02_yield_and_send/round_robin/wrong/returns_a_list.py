# loses: takes an item only when asked for one
def round_robin(*gens):
    going, items = list(gens), []
    try:
        while going:
            for gen in list(going):
                try:
                    items.append(next(gen))
                except StopIteration:
                    going.remove(gen)
    finally:
        for gen in going:
            gen.close()
    return items
