# loses: goes on with the others when one ends
going = []


def round_robin(*gens):
    going.extend(gens)
    try:
        while going:
            for gen in list(going):
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                else:
                    yield item
    finally:
        while going:
            going.pop().close()
