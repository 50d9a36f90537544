# The inner list goes in front of what is left.
import itertools


def flatten(nested):
    count = 0
    nested = iter(nested)
    while True:
        try:
            element = next(nested)
        except StopIteration:
            return count
        if isinstance(element, list):
            nested = itertools.chain(element, nested)
        else:
            count += 1
            yield element
