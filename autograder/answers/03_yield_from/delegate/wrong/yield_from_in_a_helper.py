# loses: is a generator of its own, written by hand


def delegate(gen):
    def helper():
        result = yield from gen
        return result

    return helper()
