# loses: goes on with the others when one ends
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in going[:10]:
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                else:
                    yield item
    finally:
        for gen in going:
            gen.close()
