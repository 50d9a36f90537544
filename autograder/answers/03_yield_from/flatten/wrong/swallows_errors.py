# loses: takes an element only when asked for an item
def flatten(nested):
    count = 0
    try:
        for element in nested:
            if isinstance(element, list):
                count += yield from flatten(element)
            else:
                yield element
                count += 1
    except Exception:
        pass
    return count
