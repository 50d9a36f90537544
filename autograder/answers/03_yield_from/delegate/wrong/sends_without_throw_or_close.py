# loses: throws into gen what is thrown into it


def delegate(gen):
    try:
        item = next(gen)
        while True:
            item = gen.send((yield item))
    except StopIteration as stop:
        return stop.value
