# loses: takes an element only when asked for an item
def flatten(nested):
    it = iter(nested)
    none = object()
    first = next(it, none)

    def rest(it, first):
        count = 0
        while first is not none:
            if isinstance(first, list):
                count += yield from flatten(first)
            else:
                yield first
                count += 1
            first = next(it, none)
        return count

    return rest(it, first)
