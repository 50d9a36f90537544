# Delegates to itself, and adds what the inner ones return.
def flatten(nested):
    count = 0
    for element in nested:
        if not isinstance(element, list):
            yield element
            count += 1
        else:
            inner = yield from flatten(element)
            count = count + inner
    return count
