# The helper yields, and counts in a list that it is given.
def flatten(nested):
    counted = []
    yield from _walk(nested, counted)
    return len(counted)


def _walk(nested, counted):
    for element in nested:
        if isinstance(element, list):
            yield from _walk(element, counted)
        else:
            counted.append(True)
            yield element
