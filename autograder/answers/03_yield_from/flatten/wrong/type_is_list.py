# loses: yields all items in order
def flatten(nested):
    count = 0
    for element in nested:
        if type(element) is list:
            count += yield from flatten(element)
        else:
            yield element
            count += 1
    return count
