# loses: passes an error on and closes the others
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in list(going):
                try:
                    item = next(gen)
                except (StopIteration, RuntimeError):
                    going.remove(gen)
                else:
                    yield item
    finally:
        for gen in going:
            gen.close()
