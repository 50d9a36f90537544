# loses: yields all items in order


def flatten(nested):
    count, lists = 0, []
    for element in nested:
        if isinstance(element, list):
            lists.append(element)
        else:
            yield element
            count += 1
    for element in lists:
        count += yield from flatten(element)
    return count
