# loses: takes nothing but lists apart
def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            count += yield from flatten(element)
        elif isinstance(element, Exception):
            raise element
        else:
            yield element
            count += 1
    return count
