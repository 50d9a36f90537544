# loses: returns how many items it has yielded

count = 0


def flatten(nested):
    global count
    for element in nested:
        if isinstance(element, list):
            yield from flatten(element)
        else:
            yield element
            count += 1
    return count
