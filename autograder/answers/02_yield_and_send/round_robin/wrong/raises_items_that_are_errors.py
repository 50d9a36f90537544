# loses: goes on with the others when one ends
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in list(going):
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                else:
                    if isinstance(item, Exception):
                        raise item
                    yield item
    finally:
        for gen in going:
            gen.close()
