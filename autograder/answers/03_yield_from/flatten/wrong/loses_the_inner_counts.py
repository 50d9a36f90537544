# loses: returns how many items it has yielded


def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            yield from flatten(element)
        else:
            yield element
            count += 1
    return count
