# loses: is a generator of its own, written by hand


def delegate(gen):
    return gen
