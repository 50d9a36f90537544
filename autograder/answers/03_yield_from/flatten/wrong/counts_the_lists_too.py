# loses: returns how many items it has yielded


def flatten(nested):
    count = 0
    for element in nested:
        count += 1
        if isinstance(element, list):
            count += yield from flatten(element)
        else:
            yield element
    return count
