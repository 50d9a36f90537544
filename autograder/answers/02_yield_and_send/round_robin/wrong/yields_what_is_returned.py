# loses: goes on with the others when one ends
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in list(going):
                try:
                    yield next(gen)
                except StopIteration as end:
                    going.remove(gen)
                    if end.value is not None:
                        yield end.value
    finally:
        for gen in going:
            gen.close()
