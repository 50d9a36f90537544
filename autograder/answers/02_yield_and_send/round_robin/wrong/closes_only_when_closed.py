# loses: passes an error on and closes the others
def round_robin(*gens):
    going = list(gens)
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
                for each in going:
                    each.close()
                return
