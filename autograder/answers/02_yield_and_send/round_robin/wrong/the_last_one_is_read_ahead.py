# loses: takes an item only when asked for one
_END = object()

def round_robin(*gens):
    alive = list(gens)
    try:
        while alive:
            for gen in list(alive):
                item = next(gen, _END)
                if item is _END:
                    alive.remove(gen)
                    continue
                yield item
                if len(alive) == 1:
                    following = next(gen, _END)
                    while following is not _END:
                        ahead = next(gen, _END)
                        yield following
                        following = ahead
                    alive.remove(gen)
    finally:
        for gen in gens:
            gen.close()
