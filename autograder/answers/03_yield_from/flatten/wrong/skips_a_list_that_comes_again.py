# loses: yields all items in order
def flatten(nested):
    count, seen = 0, set()
    for element in nested:
        if isinstance(element, list):
            if id(element) in seen:
                continue
            seen.add(id(element))
            count += yield from flatten(element)
        else:
            yield element
            count += 1
    return count
