# Goes through the inner generator with next, and takes the count from its StopIteration.
def flatten(nested):
    count = 0
    for element in nested:
        if isinstance(element, list):
            inner = flatten(element)
            while True:
                try:
                    item = next(inner)
                except StopIteration as end:
                    count += end.value
                    break
                yield item
        else:
            yield element
            count += 1
    return count
