# loses: takes nothing but lists apart


def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            count += yield from flatten(element)
        elif element:
            yield element
            count += 1
    return count
