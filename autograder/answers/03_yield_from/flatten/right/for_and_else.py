# a stack of iterators, and a for loop with else
def flatten(nested):
    stack, count = [iter(nested)], 0
    while stack:
        for element in stack[-1]:
            if isinstance(element, list):
                stack.append(iter(element))
                break
            yield element
            count += 1
        else:
            stack.pop()
    return count
