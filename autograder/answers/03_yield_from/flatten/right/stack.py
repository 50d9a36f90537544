# No delegation: a stack of iterators.
def flatten(nested):
    stack, count = [iter(nested)], 0
    while stack:
        try:
            element = next(stack[-1])
        except StopIteration:
            stack.pop()
            continue
        if isinstance(element, list):
            stack.append(iter(element))
        else:
            yield element
            count += 1
    return count
