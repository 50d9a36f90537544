# loses: passes an error on and closes the others
def round_robin(*gens):
    going, error = list(gens), None
    try:
        while going and not error:
            for gen in list(going):
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                except Exception as e:
                    error = e
                    going = []
                    break
                else:
                    yield item
    finally:
        for gen in gens:
            gen.close()
    if error:
        raise error
