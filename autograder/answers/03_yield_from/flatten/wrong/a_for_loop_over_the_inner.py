# loses: returns how many items it has yielded


def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            for item in flatten(element):
                yield item
            count += len(element)
        else:
            yield element
            count += 1
    return count
