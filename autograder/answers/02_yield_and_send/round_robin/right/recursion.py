# each turn calls itself for the next
def round_robin(*gens):
    def turns(left):
        if not left:
            return
        still = []
        for gen in left:
            try:
                item = gen.send(None)
            except StopIteration:
                continue
            still.append(gen)
            yield item
        yield from turns(still)
    try:
        yield from turns(gens)
    finally:
        for gen in gens:
            gen.close()
