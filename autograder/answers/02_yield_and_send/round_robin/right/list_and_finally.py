# A list of those that go on; finally closes them.
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in tuple(going):
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                else:
                    yield item
    finally:
        for gen in going:
            gen.close()
