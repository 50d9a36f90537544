# loses: yields all items in order


def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            yield flatten(element)
        else:
            yield element
        count += 1
    return count
