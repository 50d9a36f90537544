# loses: passes an error on and closes the others
def round_robin(*gens):
    alive = list(gens)
    try:
        while alive:
            for gen in list(alive):
                try:
                    item = next(gen)
                except StopIteration:
                    alive.remove(gen)
                    continue
                yield item
    except (Exception, GeneratorExit):
        for gen in gens:
            gen.close()
        raise
