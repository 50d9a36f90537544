# loses: sends to gen what it is sent

item = None


def delegate(gen):
    global item
    try:
        item = next(gen)
        while True:
            try:
                item = gen.send((yield item))
            except GeneratorExit:
                gen.close()
                raise
    except StopIteration as stop:
        return stop.value
