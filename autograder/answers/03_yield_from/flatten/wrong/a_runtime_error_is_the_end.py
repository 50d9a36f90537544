# loses: takes an element only when asked for an item
def flatten(nested):
    count, elements = 0, iter(nested)
    while True:
        try:
            element = next(elements)
        except (StopIteration, RuntimeError):
            return count
        if isinstance(element, list):
            count += yield from flatten(element)
        else:
            yield element
            count += 1
