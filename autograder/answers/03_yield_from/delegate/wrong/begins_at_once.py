# loses: is a generator of its own, written by hand


def delegate(gen):
    try:
        first = next(gen)
    except StopIteration as stop:
        return finished(stop.value)
    return going_on(gen, first)


def finished(value):
    return value
    yield


def going_on(gen, item):
    try:
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as error:
                item = gen.throw(error)
            else:
                item = gen.send(sent)
    except StopIteration as stop:
        return stop.value
