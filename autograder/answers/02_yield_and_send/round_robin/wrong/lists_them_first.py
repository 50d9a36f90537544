# loses: takes an item only when asked for one
def round_robin(*gens):
    try:
        lists = [list(gen) for gen in gens]
        while any(lists):
            for items in lists:
                if items:
                    yield items.pop(0)
    finally:
        for gen in gens:
            gen.close()
