# A dict from a number to the generator that has it.
def round_robin(*gens):
    end = object()
    alive = dict(enumerate(gens))
    try:
        while alive:
            for number in sorted(alive):
                item = next(alive[number], end)
                if item is end:
                    del alive[number]
                else:
                    yield item
    finally:
        for gen in alive.values():
            gen.close()
