# loses: takes nothing but lists apart
def flatten(nested):
    count = 0
    for element in nested:
        if hasattr(element, "append"):
            count += yield from flatten(element)
        else:
            yield element
            count += 1
    return count
