# loses: goes on with the others when one ends
def round_robin(*gens):
    try:
        while gens:
            for gen in gens:
                try:
                    item = next(gen)
                except StopIteration:
                    return
                yield item
    finally:
        for gen in gens:
            gen.close()
