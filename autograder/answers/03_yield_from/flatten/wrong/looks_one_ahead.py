# loses: takes an element only when asked for an item


def flatten(nested):
    elements = iter(nested)
    nothing = object()
    count, element = 0, next(elements, nothing)
    while element is not nothing:
        following = next(elements, nothing)
        if isinstance(element, list):
            count += yield from flatten(element)
        else:
            yield element
            count += 1
        element = following
    return count
