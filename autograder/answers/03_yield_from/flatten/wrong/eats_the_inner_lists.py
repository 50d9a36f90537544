# loses: yields all items in order
def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            while element:
                first = element.pop(0)
                count += yield from flatten([first])
        else:
            yield element
            count += 1
    return count
