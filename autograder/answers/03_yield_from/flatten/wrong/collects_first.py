# loses: takes an element only when asked for an item


def flatten(nested):
    def collect(elements):
        items = []
        for element in elements:
            items += collect(element) if isinstance(element, list) else [element]
        return items

    items = collect(nested)
    yield from items
    return len(items)
