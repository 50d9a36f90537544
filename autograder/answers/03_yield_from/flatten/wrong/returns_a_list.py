# loses: returns how many items it has yielded


def flatten(nested):
    items = []
    for element in nested:
        if isinstance(element, list):
            items += flatten(element)
        else:
            items.append(element)
    return items
