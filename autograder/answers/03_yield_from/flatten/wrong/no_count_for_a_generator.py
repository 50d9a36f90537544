# loses: returns how many items it has yielded
def flatten(nested):
    if not isinstance(nested, list):
        for element in nested:
            yield from flatten([element])
        return
    count = 0
    for element in nested:
        if isinstance(element, list):
            count += yield from flatten(element)
        else:
            yield element
            count += 1
    return count
