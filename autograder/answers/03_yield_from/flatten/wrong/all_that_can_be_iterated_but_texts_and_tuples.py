# loses: takes nothing but lists apart
from collections.abc import Iterable


def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, Iterable) and not isinstance(element, (str, tuple, dict)):
            count += yield from flatten(element)
        else:
            yield element
            count += 1
    return count
