# A second generator for a single item, so that every element is delegated.
def flatten(nested):
    count = 0
    for element in nested:
        count += yield from (flatten if isinstance(element, list) else single)(element)
    return count


def single(element):
    yield element
    return 1
