# loses: goes on with the others when one ends
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in list(going):
                item = next(gen, None)
                if item is None:
                    going.remove(gen)
                else:
                    yield item
    finally:
        for gen in going:
            gen.close()
