# loses: closes the generators when it is closed
def round_robin(*gens):
    going = list(gens)
    try:
        while going:
            for gen in list(going):
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                    continue
                try:
                    yield item
                except GeneratorExit:
                    print("not yet")
    finally:
        for gen in gens:
            gen.close()
