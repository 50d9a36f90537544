# loses: takes one item from each in turn
def round_robin(*gens):
    try:
        for gen in gens:
            yield from gen
    finally:
        for gen in gens:
            gen.close()
