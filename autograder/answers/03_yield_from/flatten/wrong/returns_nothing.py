# loses: returns how many items it has yielded


def flatten(nested):
    for element in nested:
        if isinstance(element, list):
            yield from flatten(element)
        else:
            yield element
