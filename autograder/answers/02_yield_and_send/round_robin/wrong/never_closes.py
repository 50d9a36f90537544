# loses: closes the generators when it is closed
def round_robin(*gens):
    going = list(gens)
    while going:
        for gen in list(going):
            try:
                item = next(gen)
            except StopIteration:
                going.remove(gen)
            else:
                yield item
