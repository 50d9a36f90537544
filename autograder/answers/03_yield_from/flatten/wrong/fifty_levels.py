# loses: yields all items in order
def flatten(nested, depth=50):
    count = 0
    for element in nested:
        if isinstance(element, list) and depth:
            count += yield from flatten(element, depth - 1)
        else:
            yield element
            count += 1
    return count
